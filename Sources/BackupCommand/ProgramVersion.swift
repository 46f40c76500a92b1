/// The program's version, in `--version`, run records and requests.
let programVersion = "0.1.0"
