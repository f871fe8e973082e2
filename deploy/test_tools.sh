#!/usr/bin/env bash
# Gets Chromium for the browser tests where that needs no question; they are skipped without it.
set -uo pipefail
has_chromium() { command -v chromium >/dev/null 2>&1 || [ -x /usr/bin/chromium ]; }

if has_chromium; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  printf '› 安装 Chromium 和中文字体，供网页测试用……\n' >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk; } >/dev/null 2>&1
fi
has_chromium || printf '› 没有 Chromium，跳过网页测试（装上 chromium 后再运行就会测）。\n' >&2
exit 0
