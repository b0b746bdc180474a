//! F: files, their encoding and their TOML structure (models, sets, scales, scenarios).

codes! {
    NOT_UTF8 = "F001", "not UTF-8 text",
        "Files are read as UTF-8. The place is the first byte that is not. Save the file as UTF-8; spreadsheets call it `CSV UTF-8`.";
    SYNTAX = "F002", "not valid TOML",
        "The file does not follow TOML. The place is where the reader lost its way; the mistake is there or just before. Expressions go between single quotes: rate = 'k * x'.";
    UNKNOWN_KEY = "F003", "unknown key",
        "Keys that cascade does not know are errors, so that a misspelt key is never ignored in silence.";
    WRONG_TYPE = "F004", "wrong type of value",
        "The key wants another type: text in quotes, a number, true or false, an array or a table.";
    MISSING_KEY = "F005", "missing key",
        "A key that is needed is not there; the place is the table that lacks it. `cascade show MODEL --format toml` prints a complete example.";
    BAD_VALUE = "F006", "value not allowed",
        "The key allows only certain values, or values in a range; the message lists them.";
    EMPTY = "F007", "empty file",
        "The file has no content. See `cascade show MODEL --format toml` for a complete example.";
    TOO_LARGE = "F008", "file too large",
        "Model, set, scale and scenario files are limited to 1 MiB; real ones have a few thousand bytes. Was a data file given in their place?";
    NOT_YET = "F009", "reserved for a later version",
        "The key is part of the design but this version does not build it yet. It is refused rather than ignored.";
    FORMAT_VERSION = "F010", "format of another version",
        "The `format` key names the layout of the file. This version reads the one in the message.";
    CANNOT_READ = "F011", "cannot read the file",
        "The file does not exist or cannot be opened. Names without a slash or an ending are looked up in the library: `cascade models`.";
    CANNOT_WRITE = "F012", "cannot write",
        "The output could not be written. Nothing is left half-written: files go to a temporary name and are renamed when whole.";
    CANNOT_DRAW = "F013", "cannot draw",
        "The figure does not fit the page, or has nothing to draw. --size WIDTHxHEIGHT gives the page in pixels at 200 dots per inch; without it the page follows from the panels.";
    NOT_BUILT = "F014", "left out of this build",
        "What is asked for needs a part of cascade that is built only on request: a feature of the package, named in the message. `cargo install --path . --features parquet` builds the command with Parquet tables.";
    NOT_PARQUET = "F015", "not a Parquet table that can be read",
        "The file is not Parquet, is not whole, or holds what a table of patients cannot: a column has integers, floats or UTF-8 text, not lists, decimals, dates, timestamps or bytes. Compression may be snappy, gzip or none.";
}
