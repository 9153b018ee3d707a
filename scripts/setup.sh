#!/bin/sh
# Make .venv ready to run the program (`setup.sh run`) or to test it too (`setup.sh test`).
# Quick when nothing changed; never asks a question without a terminal.
set -eu

want=${1:-run}
case $want in run|test) ;; *) echo "usage: scripts/setup.sh [run|test]" >&2; exit 2 ;; esac
cd "$(dirname "$0")/.."
top=$(pwd -P)
venv=$top/.venv

say() { printf '%s\n' "$@" >&2; }
stop() { say "$@"; exit 1; }

usable() {
    # Is this an interpreter we can make an environment with? (A pyenv shim may be there and not run.)
    "$1" -I -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

newest_python() {
    if [ -n "${PYTHON:-}" ]; then
        usable "$PYTHON" && printf '%s\n' "$PYTHON"
        return
    fi
    # The versions on which the locked lists were installed and imported, newest first.
    for python in python3.13 python3.12 python3.11 python3; do
        if usable "$python"; then
            printf '%s\n' "$python"
            return
        fi
    done
}

missing_packages() {
    # Names that no installed package has or provides (libglib2.0-0 is libglib2.0-0t64 on newer systems).
    have=$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' | sed -n 's/^installed //p' |
        tr ',' '\n' | sed 's/(.*//; s/ //g')
    for package in "$@"; do
        printf '%s\n' "$have" | grep -qxF -- "$package" || printf '%s ' "$package"
    done
}

system_packages() {
    lists=scripts/packages-run.txt
    [ "$want" = run ] || lists="$lists scripts/packages-test.txt"
    # shellcheck disable=SC2046,SC2086  # one word per package is meant
    set -- $(grep -hv '^#' $lists)
    [ -n "$(newest_python)" ] || [ -x "$venv/bin/python" ] || set -- python3 python3-venv "$@"
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
        up_to_date "$want" || say "This is not a Debian system: please see that it has the equivalents of: $*"
        return
    fi
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    command="apt-get update && apt-get install --yes --no-install-recommends ${missing% }"
    if [ "$(id -u)" = 0 ]; then
        as_root="env DEBIAN_FRONTEND=noninteractive sh -c"
    elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        as_root="sudo env DEBIAN_FRONTEND=noninteractive sh -c"
    else
        stop "Some system packages are missing. As root, run this once and come back:" "" "    $command"
    fi
    say "Installing system packages: $missing"
    $as_root "$command" >&2 </dev/null ||
        stop "The packages could not be installed. As root, run this and come back:" "" "    $command"
}

stamp() {
    # What the environment was made from: lists, this script, the place, the interpreter.
    cat requirements/build.txt requirements/runtime.txt pyproject.toml scripts/setup.sh
    [ "$1" = run ] || cat requirements/dev.txt
    printf '%s\n' "$venv"
    "$venv/bin/python" -I -c 'import sys; print(sys.version)'
}

up_to_date() {
    [ -x "$venv/bin/hrd-vault" ] && [ -x "$venv/bin/hrd-desktop" ] &&
        [ "$(cat "$venv/.made-for-$1" 2>/dev/null)" = "$(stamp "$1" | sha256sum)" ]
}

install() {
    "$venv/bin/python" -I -m pip --disable-pip-version-check --quiet install "$@"
}

environment() {
    if [ -d "$venv" ] && ! { usable "$venv/bin/python" && "$venv/bin/python" -I -c 'import pip' 2>/dev/null; }; then
        say "Removing an environment that does not work any more."
        rm -rf "$venv"
    fi
    if [ ! -d "$venv" ]; then
        python=$(newest_python)
        [ -n "$python" ] || stop "Python 3.11 or newer is needed, with venv; set PYTHON to choose one."
        say "Making .venv with $("$python" -I -c 'import platform; print("Python", platform.python_version())')"
        "$python" -I -m venv "$venv"
    fi
    say "Installing the locked libraries."
    rm -f "$venv"/.made-for-*
    set -- --requirement requirements/runtime.txt
    # bagit comes as source only; the wheels of everything else run no code when they are installed.
    [ "$want" = run ] || set -- "$@" --requirement requirements/dev.txt --no-binary bagit
    install --require-hashes --only-binary :all: --requirement requirements/build.txt
    install --require-hashes --only-binary :all: --no-build-isolation "$@"
    install --no-deps --no-build-isolation --no-index --editable .
    launcher hrd-vault hrd_desktop.cli.entry
    launcher hrd-desktop hrd_desktop.__main__
    "$venv/bin/python" -I -m compileall -q hrd_desktop
    stamp run | sha256sum > "$venv/.made-for-run"
    [ "$want" = run ] || stamp test | sha256sum > "$venv/.made-for-test"
}

launcher() {
    # pip's own launcher imports `re` and obeys PYTHON* variables: twice the start time of `panic`,
    # and a way in for somebody else's modules. This one is isolated and imports nothing else.
    case $venv in
        *[[:space:]\"\$\`\\]*) interpreter=sh ;;  # a #! line cannot hold a space
        *) interpreter=$venv/bin/python ;;
    esac
    [ "${#venv}" -lt 110 ] || interpreter=sh  # nor a long path, on older systems
    {
        if [ "$interpreter" = sh ]; then
            # Read by sh as `exec python -I`, by Python as a string.
            printf '#!/bin/sh\n%s\n%s\n' \
                "'''exec' \"\$(dirname \"\$(readlink -f \"\$0\")\")/python\" -I \"\$0\" \"\$@\"" "' '''"
        else
            printf '#!%s -I\n' "$interpreter"
        fi
        printf 'import sys\n\nfrom %s import main\n\nsys.exit(main())\n' "$2"
    } > "$venv/bin/$1.new"
    chmod 755 "$venv/bin/$1.new"
    mv "$venv/bin/$1.new" "$venv/bin/$1"
}

system_packages
up_to_date "$want" || environment
