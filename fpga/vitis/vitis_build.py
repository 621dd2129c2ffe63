"""Builds the bare-metal program around the accelerator with Vitis 2023.2 or newer.

    vitis -s fpga/vitis/vitis_build.py [XSA]

Leaves app.elf, fsbl.elf and (Zynq UltraScale+) pmufw.elf in fpga/vitis/out, where boot.bif finds them. For releases before
2023.2 there is xsct_build.tcl; it does the same.
"""
import glob
import json
import os
import shutil
import sys

import vitis

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "out")
WORKSPACE = os.path.join(HERE, "workspace")
# Other back ends of the firmware: they do not compile on the standalone BSP.
LEFT_OUT = ("heddle_linux", "heddle_cosim")


def fail(message):
    print("ERROR: " + message, file=sys.stderr)
    sys.exit(1)


def first(pattern):
    """The file of this pattern below the workspace."""
    found = sorted(glob.glob(os.path.join(WORKSPACE, pattern), recursive=True))
    if not found:
        fail("%s is not below %s: see the messages above" % (pattern, WORKSPACE))
    return found[0]


def create_platform(client, settings, xsa):
    common = {"name": "platform", "os": "standalone", "cpu": settings["cpu"], "domain_name": settings["domain"]}
    try:
        return client.create_platform_component(hw_design=xsa, **common)
    except TypeError:
        # 2023.2 called it hw.
        return client.create_platform_component(hw=xsa, **common)


def main():
    with open(os.path.join(HERE, "settings.json")) as file:
        settings = json.load(file)
    default = os.path.join(HERE, "..", "vivado", "project", settings["name"] + ".xsa")
    xsa = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else default)
    if not os.path.exists(xsa):
        fail("%s is not there: run fpga/vivado/project.tcl first" % xsa)
    firmware = os.path.abspath(os.path.join(HERE, "..", "..", "firmware"))
    if not os.path.isdir(firmware):
        fail("%s is not there: put the C sources of a program into it, main() among them" % firmware)
    sources = sorted(
        name
        for name in os.listdir(firmware)
        if name.endswith((".c", ".h")) and not name.startswith(LEFT_OUT)
    )

    shutil.rmtree(WORKSPACE, ignore_errors=True)
    client = vitis.create_client()
    client.set_workspace(path=WORKSPACE)
    platform = create_platform(client, settings, xsa)
    platform.build()
    xpfm = first("platform/export/platform/platform.xpfm")
    # Without a template the program is empty.
    app = client.create_app_component(name="app", platform=xpfm, domain=settings["domain"])
    app.import_files(from_loc=firmware, files=sources, dest_dir_in_cmp="src")
    app.build()

    os.makedirs(OUT, exist_ok=True)
    shutil.copyfile(first("app/**/app.elf"), os.path.join(OUT, "app.elf"))
    for name in settings["boot_files"]:
        shutil.copyfile(first("platform/export/platform/**/" + name), os.path.join(OUT, name))
    vitis.dispose()
    print("RESULT " + json.dumps({"elf": os.path.join(OUT, "app.elf")}))


main()
