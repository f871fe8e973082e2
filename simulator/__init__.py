"""WeChat and WeCom as a local server, for demos and tests; never in production."""
