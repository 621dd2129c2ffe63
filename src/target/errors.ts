/** Numbered errors of boards, technologies and flows (H25xx). */
export const explanations: Readonly<Record<string, string>> = {
  H2501:
    'A board file does not follow boards/board.schema.json. Editors that read $schema mark the place while it is written.',
  H2502:
    'The technology file (tech.json) does not follow asic/tech.schema.json, or it contradicts itself: a corner names RC data that is not there, or a memory lacks the library of a corner.',
  H2503:
    'There is nothing to deploy: the directory is no build for a board that runs Python, or Vivado has not made the bitstream yet. fpga/vivado/project.tcl leaves NAME.bit and NAME.hwh; a build for another board has no deploy folder.',
  H2504:
    'A command of deploy failed: the board could not be reached, or its own test found wrong results. What ssh, scp or the script said stands above the error.',
  H2505:
    'The build has no scripts for this flow. Scripts for chips are written with --tech, those of a board with --board; flow yosys writes its own from a library that --liberty names.',
  H2506:
    'A tool that flow has started ended with an error, or without its reports. What it printed is in log/flow_NAME.log of the build.',
  H2507:
    'The tool has run to its end, and a path is slower than the clock allows. Figures are in report.json under flows.',
  H2508: 'There is no register table to print: the name is not known, or the top of the build has streams only.',
  H2510:
    "A report of a vendor's tool was cut off, or is another file. Figures are only taken from whole reports; nothing is filled in.",
};
