/** A small library in the manner of Liberty files: quotes or none, comments, tables, cells of every kind. */
export const tinyLibrary = `/* tiny { library } */
library ("tiny_typ") {
  delay_model : table_lookup;
  capacitive_load_unit (1,ff);
  operating_conditions (typical) {
    process : 1.00; voltage : 1.10; temperature : 25.00;
  }
  lu_table_template (t2) { variable_1 : total_output_net_capacitance; index_1 ("1, 2"); }
  cell (NAND2_X1) {
    area : 0.798;
    pin (ZN) { direction : output; function : "!(A1 & A2)";
      timing () { related_pin : "A1"; cell_rise(t2) { values ("0.1, 0.2", \\
        "0.3, 0.4"); } } }
    pin (A1) { direction : input; capacitance : 1.5; }
    pin (A2) { direction : input; }
  }
  cell ("XOR2_X1") { area : 1.596;
    pin ("Z") { direction : "output"; function : "(A ^ B)"; }
    pin (A) { direction : input; } pin (B) { direction : input; }
  }
  cell (MUX2_X1) { area : 1.862;
    pin (Z) { direction : output; function : "(S * B) + (A & S')"; }
    pin (A) { direction : input; } pin (B) { direction : input; } pin (S) { direction : input; }
  }
  cell (HA_X1) { area : 2.66;
    pin (CO) { direction : output; function : "(A & B)"; }
    pin (S) { direction : output; function : "A ^ B"; }
    pin (A) { direction : input; } pin (B) { direction : input; }
  }
  cell (TIE_X1) { area : 0.2; pin (Z) { direction : output; function : "1"; } }
  cell (DFF_X1) { area : 4.522;
    ff ("IQ" , "IQN") { next_state : "D"; clocked_on : "CK"; }
    pin (D) { direction : input; } pin (CK) { direction : input; clock : true; }
    pin (Q) { direction : output; function : "IQ"; }
    pin (QN) { direction : output; function : "IQN"; }
  }
  cell (DFFR_X1) { area : 5.32;
    ff ("IQ" , "IQN") { next_state : "D"; clocked_on : "CK"; clear : "!RN"; }
    pin (D) { direction : input; } pin (CK) { direction : input; } pin (RN) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; }
  }
  cell (DLH_X1) { area : 2.66;
    latch ("IQ" , "IQN") { enable : "G"; data_in : "D"; }
    pin (D) { direction : input; } pin (G) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; }
  }
}
`;
