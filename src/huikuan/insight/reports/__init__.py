"""The built-in reports, a module each with its `REPORT`; `registry` lists them, `base` and the rest are shared."""
