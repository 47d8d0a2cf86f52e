"""A second, independent world of labelled truth: shops, wallets and banks made up from the public description of the
formats and of the causes of differences alone, without knowledge of `huikuan.demo` or of the engine. What it writes is
judged by the command line (`judge`), as a stranger would."""
