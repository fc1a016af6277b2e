# photomesh: everything one types, in one place. `make` alone explains it.

PORT    ?= 5000
FOLDER  ?= photos/$(PORT)
JOIN    ?=
MEMBER  ?=
ARGS    ?=
PHOTOS  ?=
SHOTS   ?=
KEEP    ?=
SIZE    ?=
DUMP    ?=
SEED    ?=
ONLY    ?=
SLOW    ?=
NODES   ?= 50
GROUPS  ?=
SECONDS ?= 600
N       ?= 1000
ROUNDS  ?= 20
QUICK   ?=
JSON    ?=
RATES   ?= 2000 1000
SVG     ?=
MERMAID ?=
TRACE   ?=
FLAW    ?=
FILE    ?=
PREFIX  ?= /usr/local
DESTDIR ?=

# Wherever cargo has been told to build.
TARGET = $(or $(shell cargo metadata --no-deps --format-version 1 2>/dev/null | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'),target)
PHOTOMESH = $(TARGET)/release/photomesh
# make run MEMBER=ben.member, make client MEMBER=ben.member
AS_MEMBER := $(if $(MEMBER),PHOTOMESH_MEMBER="$(MEMBER)")

# Where the simulator draws a run; a path is from here.
DRAWN = SVG="$(abspath $(SVG))" MERMAID="$(abspath $(MERMAID))" TRACE="$(abspath $(TRACE))"

.DEFAULT_GOAL := help
.PHONY: run client gallery demo story exercise solution exercises test pages check doc bench accuracy fuzz sim soak powercut scale balance cache chaos lines install deb \
        help build

run: build        ## start a daemon: make run [PORT=5000] [JOIN="5000 anna:5000"] [MEMBER=ben.member] [FOLDER=photos/5000] [ARGS="--grace 1m"]
	@$(AS_MEMBER) exec "$(PHOTOMESH)" daemon "$(FOLDER)" --port $(PORT) $(addprefix --join ,$(JOIN)) $(ARGS)

client: build     ## ask the daemon at PORT: make client [PORT=5000] [MEMBER=ben.member] ARGS="get cat.jpg" (or list, status, put a.jpg b.png)
	@PHOTOMESH_DAEMON=$(PORT) $(AS_MEMBER) "$(PHOTOMESH)" $(ARGS)

gallery: build    ## look at the collection in a browser, until Ctrl-C: make gallery [PORT=5000] [MEMBER=ben.member] [ARGS="--host 0.0.0.0"]
	@PHOTOMESH_DAEMON=$(PORT) $(AS_MEMBER) exec "$(PHOTOMESH)" gallery --open $(ARGS)

demo: build       ## see it all in about a minute: five daemons, one killed, no photo lost: make demo [KEEP=1: it runs on, with a gallery] [TRACE=demo.svg: draw it] [GROUPS=1: two groups look at each other]
	@cargo build --release --example demo
	@env KEEP="$(KEEP)" GROUPS="$(GROUPS)" TRACE="$(TRACE)" cargo run --release --quiet --example demo

test:             ## run all tests
	@sh tests/run.sh

pages:            ## only what looks at the gallery in a browser, which must be there: make pages [SHOTS=dir, for pictures of it]
	@SHOTS="$(SHOTS)" BROWSER=required cargo test --quiet --test gallery browser::

check:            ## formatting, lints, documentation, architecture: what has to be clean before a commit
	@cargo fmt --check
	@cargo clippy --quiet --all-targets -- -D warnings
	@RUSTDOCFLAGS="-D warnings -A rustdoc::private-intra-doc-links" cargo doc --quiet --no-deps --document-private-items
	@cargo test --quiet --test architecture

doc:              ## build the documentation of every type and of the protocol, and say where it is
	@cargo doc --quiet --no-deps --document-private-items
	@echo "$(CURDIR)/target/doc/photomesh/index.html"

bench:            ## how fast it all is, beside what this machine can do: make bench [QUICK=1: 3 minutes, not 15] [JSON=1] [ONLY=get: one part]
	@QUICK=$(QUICK) JSON=$(JSON) ONLY="$(ONLY)" cargo bench --quiet --bench speed
# What follows has tables of its own, and is of no daemon.
ifeq ($(JSON)$(ONLY),)
	@SIZES="$(if $(QUICK),1000 10000,1000 10000 100000 1000000)" cargo bench --quiet --bench micro
endif
ifeq ($(QUICK)$(JSON)$(ONLY),)
	@LOOKUPS=1 cargo bench --quiet --bench accuracy
endif

lines: build      ## real daemons over lines as slow as at home, as root: make lines [RATES="2000 1000", in kbit/s]
	@RATES="$(RATES)" PROGRAM="$(PHOTOMESH)" sh tests/lines/lines.sh

accuracy:         ## measure the recognition of pictures: make accuracy [PHOTOS=dir, different ones] [SIZE=10] [ONLY=name] [DUMP=dir]
	@PHOTOS="$(PHOTOS)" SIZE=$(SIZE) ONLY="$(ONLY)" DUMP="$(DUMP)" cargo bench --quiet --bench accuracy

fuzz:             ## hand damaged pictures, frames, names and requests to the program: make fuzz [SECONDS=600, for each kind]
	@FUZZ_SECONDS=$(SECONDS) cargo bench --quiet --profile dev --bench fuzz

sim:              ## replay a simulated mesh: make sim SEED=7 [ONLY=1,4: of its faults only these] [SLOW=1] [SVG=run.svg: draw its end] [TRACE=run.trace]; with FLAW=NoPins see how a planted bug is found; without both a few hundred seeds
ifneq ($(FLAW),)
	@FLAW=$(FLAW) SEED=$(SEED) $(DRAWN) cargo test --quiet --test sim -- --nocapture --ignored --exact planted::show
else ifeq ($(SEED),)
	@cargo test --quiet --test sim -- --nocapture
else
	@SEED=$(SEED) ONLY=$(ONLY) SLOW=$(SLOW) $(DRAWN) cargo test --quiet --test sim -- --nocapture --ignored --exact seeds::replay
endif

story:            ## play a golden script: make story FILE=tests/sim/scripts/join_through_any_node [SVG=join.svg] [MERMAID=join.mmd] [TRACE=join.trace]
	@FILE="$(FILE)" $(DRAWN) cargo test --quiet --test sim -- --nocapture --ignored --exact diagrams::tell

exercise:         ## one rule of the program is taken away, for you to put back: make exercise N=7 (tests/exercises/README.md)
	@TARGET="$(abspath $(TARGET))" sh tests/exercises/exercise.sh try $(N)

solution:         ## what the program has there, beside what you have: make solution N=7
	@TARGET="$(abspath $(TARGET))" sh tests/exercises/exercise.sh solution $(N)

exercises:        ## see that each exercise turns exactly the tests red that it names: make exercises [ONLY="3 7"]
	@TARGET="$(abspath $(TARGET))" sh tests/exercises/exercise.sh fits
	@TARGET="$(abspath $(TARGET))" sh tests/exercises/exercise.sh check $(ONLY)

soak:             ## simulate random meshes for a while: make soak [SECONDS=600] [SEED=1000000, the first one] [SLOW=1: ten times as long lives]
	@SOAK_SECONDS=$(SECONDS) SEED=$(SEED) SLOW=$(SLOW) cargo test --release --quiet --test sim -- --nocapture --ignored --exact seeds::soak

powercut:         ## cut the power of a real disk under a folder, needs root: make powercut [N=1000] [SEED=1, the first one]
	@CUTS=$(N) SEED=$(SEED) cargo test --quiet --test powercut

scale:            ## simulate 5, 20, ... nodes with 250 photos each, and print what they cost: make scale [NODES=50, the most] [GROUPS=40: what they would as groups]
ifeq ($(GROUPS),)
	@NODES=$(NODES) cargo test --release --quiet --test sim -- --nocapture --ignored --exact scale::scale
else
	@env GROUPS=$(GROUPS) cargo test --release --quiet --test sim -- --nocapture --ignored --exact groups::groups
endif

balance:          ## simulate how evenly disks of all sizes fill up, and print it
	@cargo test --release --quiet --test sim -- --nocapture --ignored --exact evenness::balance

cache:            ## what keeping photos that are asked for often is worth, beside other ways to choose them
	@cargo test --quiet --lib -- --nocapture --exact node::copies::tests::traces::it_spares_about_as_much_as_the_best_known

chaos:            ## maltreat five real daemons while clients put and get: make chaos [ROUNDS=20] [SEED=n, else any]
	@ROUNDS=$(ROUNDS) SEED=$(SEED) cargo test --quiet --test chaos -- --nocapture --ignored --exact chaos

install: build    ## the program, its manual, completions and service: make install [PREFIX=/usr/local] [DESTDIR=staging]
	@install -d $(addprefix "$(DESTDIR)$(PREFIX)"/,bin share/man/man1 share/bash-completion/completions \
	    share/zsh/site-functions share/fish/vendor_completions.d lib/systemd/user)
	@install "$(PHOTOMESH)" "$(DESTDIR)$(PREFIX)/bin/photomesh"
	@"$(PHOTOMESH)" manual "$(DESTDIR)$(PREFIX)/share/man/man1"
	@"$(PHOTOMESH)" completions bash >"$(DESTDIR)$(PREFIX)/share/bash-completion/completions/photomesh"
	@"$(PHOTOMESH)" completions zsh >"$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_photomesh"
	@"$(PHOTOMESH)" completions fish >"$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/photomesh.fish"
	@"$(PHOTOMESH)" unit --program "$(PREFIX)/bin/photomesh" >"$(DESTDIR)$(PREFIX)/lib/systemd/user/photomesh.service"

deb: build        ## a package for Debian and Ubuntu, in the target directory (needs dpkg and binutils)
	@sh tests/package/deb.sh "$(PHOTOMESH)" "$(TARGET)"

help:             ## show this
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; do \
	    printf '%s\n' "$$text" | fold -s -w 62 | sed 's/ $$//' | while IFS= read -r line; do \
	        printf '  %-15s%s\n' "$$target" "$$line"; target=; \
	    done; \
	done

# Without a word if there is nothing to do.
build:
	@program="$(PHOTOMESH)"; if [ ! -x "$$program" ]; then \
	    echo "building photomesh; the first time takes a few minutes" >&2; cargo build --release; \
	elif [ -n "$$(find src Cargo.toml Cargo.lock -newer "$$program")" ]; then cargo build --release; \
	else cargo build --release --quiet; fi
