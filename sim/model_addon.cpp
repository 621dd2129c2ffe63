// Verilated model as a Node addon: one file for every design.
//
// The build writes `model_ports.h` beside it: the class of the model, its clocks, and the copies between the ports and
// one shared buffer of 32-bit words. Word 0 of the buffer is 1 after an input changed. Only node_api.h and the Verilator
// runtime are needed; no symbol but the registration function leaves the library, so many models live in one process.
#include <node_api.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "model_ports.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
#endif

// What Verilator would do by ending the process becomes an exception, and that an Error in JavaScript.
void vl_finish(const char*, int, const char*) {}
void vl_stop(const char* file, int line, const char*) {
    throw std::runtime_error(std::string{file} + ":" + std::to_string(line) + ": $stop or assertion");
}
void vl_fatal(const char* file, int line, const char*, const char* message) {
    throw std::runtime_error(std::string{file} + ":" + std::to_string(line) + ": " + message);
}
void vl_warn(const char* file, int line, const char* scope, const char* message) {
    vl_fatal(file, line, scope, message);
}

namespace {

// Changes the working directory for $readmemh and back again.
class InFolder {
    std::string m_back;

public:
    explicit InFolder(const std::string& folder) {
        if (folder.empty()) return;
        char buffer[4096];
        if (!getcwd(buffer, sizeof buffer)) throw std::runtime_error("no working directory");
        if (chdir(folder.c_str()) != 0) throw std::runtime_error("cannot enter " + folder);
        m_back = buffer;
    }
    ~InFolder() {
        if (!m_back.empty() && chdir(m_back.c_str()) != 0) {}
    }
};

class Instance {
    VerilatedContext m_context;
    std::unique_ptr<Model> m_model;
    uint32_t* m_words;
    bool m_high = false;  // the clocks are high: the last thing was a tick
    bool m_owed = false;  // replay() has settled a row whose edge is still to come
#if VM_TRACE
    std::unique_ptr<VerilatedVcdC> m_vcd;
#endif

    void dump() {
#if VM_TRACE
        if (m_vcd) m_vcd->dump(static_cast<uint64_t>(m_context.time()));
        m_context.timeInc(1);
#endif
    }

public:
    napi_ref buffer = nullptr;

    Instance(uint32_t* words, int seed, const std::string& folder) : m_words{words} {
        InFolder inside{folder};
        Verilated::threadContextp(&m_context);
        // Seed 0: all state starts at zero. Otherwise every register, memory word and X takes a random value.
        m_context.randReset(seed == 0 ? 0 : 2);
        if (seed != 0) m_context.randSeed(seed);
        m_context.fatalOnError(true);
#if VM_TRACE
        m_context.traceEverOn(true);
#endif
        m_model = std::make_unique<Model>(&m_context, "TOP");
        settle();
    }
    ~Instance() {
#if VM_TRACE
        if (m_vcd) m_vcd->close();
#endif
        m_model->final();
    }
    void settle() {
        loadInputs(*m_model, m_words);
        driveClocks(*m_model, 0);
        m_model->eval();
        dump();
        storeOutputs(*m_model, m_words);
        m_words[0] = 0;
        m_high = false;
    }
    // Raises the clocks of the mask, bit k the k-th one, at one instant.
    void tick(uint32_t clocks) {
        if (m_high || m_words[0] != 0) settle();
        driveClocks(*m_model, clocks);
        m_model->eval();
        dump();
        m_high = true;
    }
    void run(uint32_t cycles) {
        for (uint32_t i = 0; i < cycles; i++) tick(~0u);
    }
    // Plays rows of inputs, an edge between any two of them, and compares the outputs from row `from` on. `pairs` are
    // the words to compare, each with the word that must not be 0 for it (or 0: always). The number of the first row
    // that differs, else `count`.
    uint32_t replay(const uint32_t* rows, size_t stride, uint32_t count, uint32_t from, const uint32_t* pairs,
                    size_t numPairs) {
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t* const row = rows + k * stride;
            if (m_owed) {
                driveClocks(*m_model, ~0u);
                m_model->eval();
                dump();
            }
            loadInputs(*m_model, row);
            driveClocks(*m_model, 0);
            m_model->eval();
            dump();
            m_owed = true;
            storeOutputs(*m_model, m_words);
            if (k < from) continue;
            for (size_t p = 0; p < numPairs; p++) {
                const uint32_t word = pairs[2 * p];
                const uint32_t guard = pairs[2 * p + 1];
                if (m_words[word] != row[word] && (guard == 0 || row[guard] != 0)) return k;
            }
        }
        return count;
    }
    void trace(const std::string& file) {
#if VM_TRACE
        if (m_vcd) m_vcd->close();
        m_vcd.reset();
        if (file.empty()) return;
        m_vcd = std::make_unique<VerilatedVcdC>();
        m_model->trace(m_vcd.get(), 99);
        m_vcd->open(file.c_str());
#else
        (void)file;
        throw std::runtime_error("this model was built without tracing");
#endif
    }
};

std::string text(napi_env env, napi_value value) {
    size_t length = 0;
    napi_get_value_string_utf8(env, value, nullptr, 0, &length);
    std::string result(length, '\0');
    napi_get_value_string_utf8(env, value, &result[0], length + 1, &length);
    return result;
}

// Runs `action` on the instance that the function is bound to.
template <class Action>
napi_value bound(napi_env env, napi_callback_info info, Action action) {
    size_t count = 1;
    napi_value argument = nullptr;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, &argument, nullptr, &data);
    try {
        action(*static_cast<Instance*>(data), argument);
    } catch (const std::exception& error) {
        napi_throw_error(env, nullptr, error.what());
    }
    return nullptr;
}

napi_value settle(napi_env env, napi_callback_info info) {
    return bound(env, info, [](Instance& instance, napi_value) { instance.settle(); });
}
napi_value tick(napi_env env, napi_callback_info info) {
    return bound(env, info, [env](Instance& instance, napi_value argument) {
        uint32_t clocks = ~0u;
        napi_get_value_uint32(env, argument, &clocks);
        instance.tick(clocks);
    });
}
napi_value run(napi_env env, napi_callback_info info) {
    return bound(env, info, [env](Instance& instance, napi_value argument) {
        uint32_t cycles = 0;
        napi_get_value_uint32(env, argument, &cycles);
        instance.run(cycles);
    });
}
// replay(rows: Uint32Array, stride, count, from, pairs: Uint32Array) -> number
napi_value replay(napi_env env, napi_callback_info info) {
    size_t count = 5;
    napi_value arguments[5];
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, arguments, nullptr, &data);
    napi_typedarray_type type;
    size_t numWords = 0, numPairs = 0;
    void *rows = nullptr, *pairs = nullptr;
    uint32_t stride = 0, numRows = 0, from = 0, found = 0;
    if (count < 5 || napi_get_typedarray_info(env, arguments[0], &type, &numWords, &rows, nullptr, nullptr) != napi_ok ||
        napi_get_typedarray_info(env, arguments[4], &type, &numPairs, &pairs, nullptr, nullptr) != napi_ok ||
        napi_get_value_uint32(env, arguments[1], &stride) != napi_ok ||
        napi_get_value_uint32(env, arguments[2], &numRows) != napi_ok ||
        napi_get_value_uint32(env, arguments[3], &from) != napi_ok || stride < kWords ||
        static_cast<size_t>(stride) * numRows > numWords) {
        napi_throw_type_error(env, nullptr, "replay(rows, stride, count, from, pairs)");
        return nullptr;
    }
    try {
        found = static_cast<Instance*>(data)->replay(static_cast<uint32_t*>(rows), stride, numRows, from,
                                                     static_cast<uint32_t*>(pairs), numPairs / 2);
    } catch (const std::exception& error) {
        napi_throw_error(env, nullptr, error.what());
        return nullptr;
    }
    napi_value result;
    napi_create_uint32(env, found, &result);
    return result;
}
napi_value trace(napi_env env, napi_callback_info info) {
    return bound(env, info,
                 [env](Instance& instance, napi_value argument) { instance.trace(text(env, argument)); });
}

void destroy(napi_env env, void* data, void*) {
    Instance* const instance = static_cast<Instance*>(data);
    napi_delete_reference(env, instance->buffer);
    try {
        delete instance;
    } catch (const std::exception&) {
    }
}

// open(words: Uint32Array, seed: number, memoryFolder: string) -> { settle, tick, run, replay, trace }
napi_value open(napi_env env, napi_callback_info info) {
    size_t count = 3;
    napi_value arguments[3];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    napi_typedarray_type type;
    size_t length = 0;
    void* words = nullptr;
    if (count < 3 || napi_get_typedarray_info(env, arguments[0], &type, &length, &words, nullptr, nullptr) != napi_ok ||
        length < kWords) {
        napi_throw_type_error(env, nullptr, "open(words, seed, memoryFolder)");
        return nullptr;
    }
    int32_t seed = 0;
    napi_get_value_int32(env, arguments[1], &seed);
    Instance* instance = nullptr;
    try {
        instance = new Instance{static_cast<uint32_t*>(words), seed, text(env, arguments[2])};
    } catch (const std::exception& error) {
        napi_throw_error(env, nullptr, error.what());
        return nullptr;
    }
    napi_create_reference(env, arguments[0], 1, &instance->buffer);
    napi_value owner;
    napi_create_external(env, instance, destroy, nullptr, &owner);
    napi_value result;
    napi_create_object(env, &result);
    const struct {
        const char* name;
        napi_callback function;
    } methods[] = {{"settle", settle}, {"tick", tick}, {"run", run}, {"replay", replay}, {"trace", trace}};
    for (const auto& method : methods) {
        napi_value function;
        napi_create_function(env, method.name, NAPI_AUTO_LENGTH, method.function, instance, &function);
        napi_set_named_property(env, function, "owner", owner);  // a function keeps its model alive
        napi_set_named_property(env, result, method.name, function);
    }
    return result;
}

}  // namespace

NAPI_MODULE_INIT() {
    napi_value function;
    napi_create_function(env, "open", NAPI_AUTO_LENGTH, open, nullptr, &function);
    napi_set_named_property(env, exports, "open", function);
    return exports;
}
