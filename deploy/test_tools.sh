#!/usr/bin/env bash
# Gets Chromium and PostgreSQL for the tests where that needs no question; those tests are skipped without them.
set -uo pipefail
has_chromium() { command -v chromium >/dev/null 2>&1 || [ -x /usr/bin/chromium ]; }
has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null 2>&1; }

if has_chromium && has_postgres; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  printf '› 安装 Chromium、中文字体和 PostgreSQL，供测试用……\n' >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk postgresql; } >/dev/null 2>&1
fi
has_chromium || printf '› 没有 Chromium，跳过网页测试（装上 chromium 后再运行就会测）。\n' >&2
has_postgres || printf '› 没有 PostgreSQL，跳过它的测试（装上 postgresql 后再运行就会测）。\n' >&2
exit 0
