# Slotscope. `make help` lists what can be asked for.
#
# One Makefile, no configure step. Output goes to build/ (release) or build/$(MODE)/. Sources are found
# by folder and sorted, so that a new file needs no line here.

MODE ?= release
MODES := release debug asan fuzz
ifeq ($(filter $(MODE),$(MODES)),)
$(error MODE=$(MODE) is unknown; allowed: $(MODES))
endif
OUT := $(if $(filter release,$(MODE)),build,build/$(MODE))

CC ?= gcc
Q := $(if $(V),,@) # V=1 prints the commands themselves
ifeq ($(origin CC),default)
CC := gcc
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wswitch-enum -Wcast-qual -Wwrite-strings -Wvla -Wundef -Wformat=2 \
  -Wnull-dereference -Wdouble-promotion -Werror
BASE := -std=c17 -I. $(WARN) -ffp-contract=off -MMD -MP -g
OPT_release := -O2
OPT_debug := -O0 -DSIM_SLOW_CHECKS
OPT_asan := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DSIM_SLOW_CHECKS
OPT_fuzz := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
CFLAGS_ALL := $(BASE) $(OPT_$(MODE)) $(CFLAGS)
LDFLAGS_ALL := $(OPT_$(MODE)) $(LDFLAGS)
ifeq ($(MODE),fuzz)
CC := clang
endif
POSIX := -D_POSIX_C_SOURCE=200809L

# Library headers come in as system headers, so that their warnings are not ours.
pkg = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(1) 2>/dev/null))
libs = $(shell pkg-config --libs $(1) 2>/dev/null)
LUA_PKG := lua5.4
CJSON_PKG := libcjson
VIEW_PKG := sdl2 SDL2_ttf cairo
LUA_CFLAGS = $(call pkg,$(LUA_PKG) $(CJSON_PKG))
VIEW_CFLAGS = $(call pkg,$(VIEW_PKG))

SIM_DIRS := sim/base sim/engine sim/net sim/trace sim/cluster sim/store sim/server sim/world sim/plan \
  sim/check sim/export
VIZ_DIRS := viz/model viz/scene viz/ui viz/draw
find = $(sort $(wildcard $(addsuffix /*.c,$(1))))
obj = $(patsubst %.c,$(OUT)/obj/%.o,$(1))
SIM_SRC := $(call find,$(SIM_DIRS))
VIZ_SRC := $(call find,$(VIZ_DIRS))
LUA_SRC := $(call find,lua)
CLI_SRC := $(call find,sim/cli)
# what the tests need of the program: the narration
TOLD_SRC := $(sort $(wildcard sim/cli/narrate*.c)) sim/cli/phrase.c sim/cli/printer.c sim/cli/summary.c
SDL_SRC := $(call find,viz/sdl)
APP_SRC := $(call find,viz/app)
APP_LOGIC_SRC := $(filter-out viz/app/main.c viz/app/render.c,$(APP_SRC)) # needs no SDL
UNIT_SRC := $(call find,tests/unit tests/cluster tests/golden tests/viz tests/sweep tests/fixture tests/replay)

LIBSIM := $(OUT)/libsim.a
LIBVIZ := $(OUT)/libviz.a

.PHONY: all
all: packages
	@$(MAKE) --no-print-directory programs
.PHONY: programs
programs: $(OUT)/slotscope $(OUT)/slotscope-view

$(OUT)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "compile $<"
	$(Q)$(CC) $(CFLAGS_ALL) $(EXTRA) -c -o $@ $<

$(OUT)/obj/lua/%.o $(OUT)/obj/sim/export/%.o: EXTRA = $(LUA_CFLAGS)
$(OUT)/obj/sim/cli/%.o: EXTRA = $(LUA_CFLAGS) $(POSIX)
$(OUT)/obj/viz/sdl/%.o: EXTRA = $(VIEW_CFLAGS) $(POSIX)
$(OUT)/obj/viz/app/%.o: EXTRA = $(VIEW_CFLAGS) $(LUA_CFLAGS) $(POSIX)
$(OUT)/obj/tests/%.o: EXTRA = $(LUA_CFLAGS) $(POSIX)

# The prelude of scenarios, a line a text, so that the programs need no file at run time.
$(OUT)/gen/prelude.inc: $(sort $(wildcard lua/prelude/*.lua))
	@mkdir -p $(@D)
	@sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$$/\\n",/' $^ > $@
$(OUT)/obj/lua/prelude.o: $(OUT)/gen/prelude.inc
$(OUT)/obj/lua/prelude.o: EXTRA = $(LUA_CFLAGS) -I$(OUT)/gen

$(LIBSIM): $(call obj,$(SIM_SRC))
	@rm -f $@
	@ar rcsD $@ $^
$(LIBVIZ): $(call obj,$(VIZ_SRC))
	@rm -f $@
	@ar rcsD $@ $^

$(OUT)/slotscope: $(call obj,$(CLI_SRC) $(LUA_SRC)) $(LIBSIM)
	@echo "link $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(LUA_PKG) $(CJSON_PKG)) -lm

$(OUT)/slotscope-view: $(call obj,$(APP_SRC) $(SDL_SRC) $(LUA_SRC)) $(LIBVIZ) $(LIBSIM)
	@echo "link $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(VIEW_PKG) $(LUA_PKG) $(CJSON_PKG)) -lm

# One CUnit runner for all tests. tests/<folder>/test_x.c defines `void test_x_suite(void)`, which adds
# its suite; the list of calls is generated from the file names.
SUITES := $(sort $(filter test_%,$(basename $(notdir $(UNIT_SRC)))))
$(OUT)/gen/suites.inc: $(UNIT_SRC) Makefile
	@mkdir -p $(@D)
	@printf 'SUITE(%s)\n' $(SUITES) > $@.new; if cmp -s $@.new $@; then rm $@.new; touch $@; else mv $@.new $@; fi
$(OUT)/obj/tests/runner.o: $(OUT)/gen/suites.inc
$(OUT)/obj/tests/runner.o: EXTRA = -I$(OUT)/gen $(POSIX)
$(OUT)/tests: $(call obj,tests/runner.c $(UNIT_SRC) $(APP_LOGIC_SRC) $(LUA_SRC) $(TOLD_SRC)) $(LIBVIZ) $(LIBSIM)
	@echo "link $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(LUA_PKG) $(CJSON_PKG) cunit) -lm

.PHONY: packages
packages:
	@if [ -x tests/packages.sh ]; then tests/packages.sh; fi

.PHONY: clean
clean:
	rm -rf build

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)

# --- what a user asks for ---

S ?= scenarios/lessons/09-anatomy-of-a-failover.lua

# What tests/e2e/cli.sh needs beside the programs: a parser of JSON lines, and a breaker of traces.
$(OUT)/e2e-helper: $(call obj,tests/e2e/helper.c) $(LIBSIM)
	@echo "link $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(CJSON_PKG)) -lm

.PHONY: run
run: packages
	@$(MAKE) --no-print-directory programs
	@tests/run.sh $(OUT) $(S)

.PHONY: test
test: packages
	@$(MAKE) --no-print-directory programs $(OUT)/tests $(OUT)/fuzz-corpus $(OUT)/e2e-helper
	@tests/test.sh $(OUT)

.PHONY: asan
asan: packages
	@$(MAKE) --no-print-directory MODE=asan build/asan/tests build/asan/slotscope build/asan/fuzz-corpus build/asan/e2e-helper
	@ASAN_OPTIONS=detect_leaks=1 tests/test.sh build/asan

.PHONY: lint
lint: packages
	@tests/packages.sh lint
	@$(MAKE) --no-print-directory $(LIBSIM) $(LIBVIZ) side-programs
	@tests/lint/lint.sh $(LIBSIM) $(LIBVIZ)
	@cppcheck --quiet --std=c11 --inline-suppr --error-exitcode=1 -I. --enable=warning,portability \
	  --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=nullPointerRedundantCheck \
	  --suppressions-list=tests/lint/cppcheck.txt $(SIM_SRC)

FORMAT_SRC = $(sort $(shell find sim viz lua tests -name '*.[ch]'))
.PHONY: format format-check
format:
	@tests/packages.sh lint
	clang-format -i $(FORMAT_SRC)
format-check:
	@tests/packages.sh lint
	clang-format --dry-run --Werror $(FORMAT_SRC)

.PHONY: golden
golden: packages
	@$(MAKE) --no-print-directory $(OUT)/tests
	GOLDEN=write $(OUT)/tests test_golden

.PHONY: pictures
pictures: packages
	@$(MAKE) --no-print-directory programs
	@tests/pictures.sh $(OUT) build/pictures

FIDELITY_SRC := $(call find,tests/fidelity tests/fixture tests/replay)
$(OUT)/fidelity: $(call obj,$(FIDELITY_SRC) $(LUA_SRC)) $(LIBSIM)
	@echo "link $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(LUA_PKG) $(CJSON_PKG)) -lm
.PHONY: fidelity
fidelity: packages
	@$(MAKE) --no-print-directory $(OUT)/fidelity
	$(OUT)/fidelity --seeds $(or $(N),200)

# The same requests to a real redis-server (a package of Debian) and to a virtual node.
$(OUT)/compare: $(call obj,$(call find,tests/compare tests/fixture) $(LUA_SRC)) $(LIBSIM)
	@echo "link $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(LUA_PKG) $(CJSON_PKG)) -lm
.PHONY: compare
compare: packages
	@tests/packages.sh compare
	@$(MAKE) --no-print-directory $(OUT)/compare
	$(OUT)/compare --count $(or $(N),20000) $(sort $(wildcard tests/compare/*.grammar))

BENCH := $(patsubst tests/bench/%.c,%,$(call find,tests/bench))
BENCH_VIEW := bench_frame
$(OUT)/$(BENCH_VIEW): $(OUT)/obj/tests/bench/$(BENCH_VIEW).o $(call obj,$(call find,tests/fixture) $(APP_LOGIC_SRC) \
  $(SDL_SRC) $(LUA_SRC)) $(LIBVIZ) $(LIBSIM)
	@echo "link $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(VIEW_PKG) $(LUA_PKG) $(CJSON_PKG)) -lm
$(addprefix $(OUT)/,$(filter-out $(BENCH_VIEW),$(BENCH))): $(OUT)/%: $(OUT)/obj/tests/bench/%.o $(call obj,$(call find,tests/fixture) $(LUA_SRC)) $(LIBVIZ) $(LIBSIM)
	@echo "link $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(LUA_PKG) $(CJSON_PKG)) -lm
# What no other target of every day builds: it shall not rot.
.PHONY: side-programs
side-programs: $(addprefix $(OUT)/,$(BENCH)) $(OUT)/fidelity $(OUT)/compare

.PHONY: bench
bench: packages
	@$(MAKE) --no-print-directory $(addprefix $(OUT)/,$(BENCH))
	@for program in $(BENCH); do echo "== $$program"; $(OUT)/$$program || exit 1; done

.PHONY: sweep
sweep: packages
	@$(MAKE) --no-print-directory $(OUT)/tests
	SWEEP_SEEDS=$(or $(N),1000) $(OUT)/tests test_sweep

# Fuzz targets: with libFuzzer (make MODE=fuzz fuzz), and as plain programs that run their corpus in `make test`.
FUZZ := $(patsubst tests/fuzz/%.c,%,$(filter tests/fuzz/fuzz_%.c,$(call find,tests/fuzz)))
$(OUT)/fuzz-corpus: $(call obj,tests/fuzz/corpus_main.c $(addprefix tests/fuzz/,$(addsuffix .c,$(FUZZ)))) $(LIBSIM)
	@echo "link $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ -lm
$(addprefix build/fuzz/,$(FUZZ)): build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o $(LIBSIM)
	$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ -lm
.PHONY: fuzz
fuzz: packages
	@tests/packages.sh lint
	@$(MAKE) --no-print-directory MODE=fuzz $(addprefix build/fuzz/,$(FUZZ))
	@for target in $(FUZZ); do mkdir -p build/fuzz/work-$$target; build/fuzz/$$target -max_total_time=$(or $(N),300) \
	  -max_len=65536 build/fuzz/work-$$target tests/fuzz/corpus/$${target#fuzz_} || exit 1; done

.PHONY: check
check: lint test asan

.PHONY: help
help:
	@echo "make                build build/slotscope and build/slotscope-view"
	@echo "make run            play lesson 9 in a window; without a display: text and pictures in build/ (S=FILE: another)"
	@echo "make test           every test; closes with CUnit's summary"
	@echo "make lint           layers, forbidden symbols, sizes, cppcheck"
	@echo "make format         clang-format over all sources (format-check: only look)"
	@echo "make asan           the tests under AddressSanitizer and UBSan"
	@echo "make golden         rewrite the golden transcripts; commit the difference only with its reason"
	@echo "make sweep N=1000   random faults over N seeds, with all checkers"
	@echo "make fuzz N=300     libFuzzer, N seconds for each target"
	@echo "make bench          speed, as ratios within one run"
	@echo "make fidelity       our runs beside what real Redis 7.0.15 did (N=seeds)"
	@echo "make pictures       the pictures of the lessons into build/pictures"
	@echo "make check          all that CI runs, and the sanitizers"
	@echo "V=1 prints the compiler's command lines"
	@echo "MODE=release|debug|asan|fuzz chooses how to build; CC=clang the compiler"
