#!/usr/bin/env bash
# Gets what the tests use of Debian's where that needs no question; tests of what is missing are skipped.
set -uo pipefail
has_chromium() { command -v chromium >/dev/null 2>&1 || [ -x /usr/bin/chromium ]; }
has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null 2>&1; }
has_caddy() { command -v caddy >/dev/null 2>&1; }
has_compose() { command -v docker-compose >/dev/null 2>&1 || docker compose version >/dev/null 2>&1; }

if has_chromium && has_postgres && has_caddy && has_compose; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  printf '› 安装 Chromium、中文字体、PostgreSQL、Caddy 和 Compose，供测试用……\n' >&2
  export DEBIAN_FRONTEND=noninteractive
  packages=()
  has_chromium || packages+=(chromium fonts-noto-cjk)
  has_postgres || packages+=(postgresql)
  has_caddy || packages+=(caddy)
  has_compose || packages+=(docker-compose)
  # One by one: what Debian does not have here must not keep the others away.
  apt-get update -qq >/dev/null 2>&1
  for package in "${packages[@]}"; do apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1; done
fi
has_chromium || printf '› 没有 Chromium，跳过网页测试（装上 chromium 后再运行就会测）。\n' >&2
has_postgres || printf '› 没有 PostgreSQL，跳过它的测试（装上 postgresql 后再运行就会测）。\n' >&2
has_caddy || printf '› 没有 Caddy，跳过反向代理的测试（装上 caddy 后再运行就会测）。\n' >&2
has_compose || printf '› 没有 Compose，跳过容器配置的测试（装上 docker-compose 后再运行就会测）。\n' >&2
exit 0
