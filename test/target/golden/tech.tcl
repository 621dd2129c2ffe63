# Technology example28, from tech.json
set technology {
  name example28
  process_nm 28
  corners {
    ss_0p81v_125c {
      libraries {/pdk/cells/ss_0p81v_125c.lib}
      databases {/pdk/cells/ss_0p81v_125c.db}
      rc slow
      voltage 0.81
      temperature 125
      use {setup}
    }
    ff_0p99v_m40c {
      libraries {/pdk/cells/ff_0p99v_m40c.lib}
      databases {/pdk/cells/ff_0p99v_m40c.db}
      rc fast
      voltage 0.99
      temperature -40
      use {hold}
    }
  }
  rc {
    slow {
      qrc /pdk/qrc/rcworst.tch
      temperature 125
    }
    fast {
      qrc /pdk/qrc/rcbest.tch
      temperature -40
    }
  }
  lef {
    technology /pdk/lef/tech.lef
    cells {/pdk/lef/cells.lef}
  }
  gds {
    map /pdk/gds/layers.map
    units 1000
    cells {/pdk/gds/cells.gds}
  }
  cells {
    driving {
      cell BUFX4
      pin Y
    }
    tie_high {
      cell TIEHI
    }
    tie_low {
      cell TIELO
    }
    fillers {FILL32 FILL16 FILL8 FILL4 FILL2 FILL1}
    clock_buffers {CLKBUFX4 CLKBUFX8}
    clock_inverters {CLKINVX4 CLKINVX8}
    clock_gates {ICGX4}
    clock_gate {
      cell ICGX4
      clock CK
      enable E
      output ECK
      tied {
        SE 1'b0
      }
    }
    dont_use {DLYX1}
    endcap {
      left ENDCAPL
      right ENDCAPR
    }
    well_tap {
      cell WELLTAP
      distance_um 60
    }
  }
  power {
    net VDD
    pins {VDD VDDCE VDDPE}
  }
  ground {
    net VSS
    pins {VSS VSSE}
  }
  floorplan {
    aspect_ratio 1
    utilization 0.7
    margin_um 10
    halo_um 5
  }
  ring {
    horizontal M7
    vertical M8
    width_um 2
    spacing_um 1
  }
  stripes {
    layer M8
    width_um 1
    spacing_um 1
    pitch_um 40
  }
  pins {
    layer M4
    spacing_um 0.4
  }
  clock {
    uncertainty_setup_ns 0.1
    uncertainty_hold_ns 0.05
    max_transition_ns 0.25
    max_fanout 32
    load 0.02
  }
  memories {
    {
      module sram_1024x32
      depth 1024
      width 32
      lef /pdk/sram.lef
      gds /pdk/sram.gds
      libraries {
        ss_0p81v_125c /pdk/sram_ss.lib
        ff_0p99v_m40c /pdk/sram_ff.lib
      }
      databases {
        ss_0p81v_125c /pdk/sram_ss.db
        ff_0p99v_m40c /pdk/sram_ff.db
      }
    }
  }
}
