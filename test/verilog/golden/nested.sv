// nested - blocks within blocks
//
// Latency 1 cycle.
//
// OUTER       outer count, >= 1
// INNER       inner count, >= 1
// ELEMENT_W   width, >= 1
`default_nettype none
module nested #(
  parameter int OUTER     = 3,
  parameter int INNER     = 2,
  parameter int ELEMENT_W = 4
) (
  input  logic                             aclk,
  input  logic                             aresetn,
  input  logic [OUTER*INNER*ELEMENT_W-1:0] input_elements,
  output logic [OUTER*INNER*ELEMENT_W-1:0] output_elements
);

  for (genvar i = 0; i < OUTER; i = i + 1) begin : g_outer_iteration
    for (genvar j = 0; j < INNER; j = j + 1) begin : g_inner_iteration
      logic [ELEMENT_W-1:0] element_of_this_iteration_q;

      if (ELEMENT_W >= 2) begin : g_wider_than_one_bit
        always_ff @(posedge aclk) begin
          if (!aresetn) begin
            element_of_this_iteration_q <= '0;
          end else begin
            element_of_this_iteration_q <= input_elements[(i*INNER+j)*ELEMENT_W +: ELEMENT_W]
                + element_of_this_iteration_q;
          end
        end
      end else begin : g_wider_than_one_bit_else
        always_ff @(posedge aclk) begin
          if (!aresetn) begin
            element_of_this_iteration_q <= '0;
          end else begin
            element_of_this_iteration_q <= input_elements[(i*INNER+j)*ELEMENT_W +: ELEMENT_W]
                ^ element_of_this_iteration_q;
          end
        end
      end

      assign output_elements[(i*INNER+j)*ELEMENT_W +: ELEMENT_W] = element_of_this_iteration_q;
    end
  end

endmodule
`default_nettype wire
