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
SDL_SRC := $(call find,viz/sdl)
APP_SRC := $(call find,viz/app)
UNIT_SRC := $(call find,tests/unit tests/cluster tests/golden tests/viz tests/sweep)

LIBSIM := $(OUT)/libsim.a
LIBVIZ := $(OUT)/libviz.a

.PHONY: all
all: packages
	@$(MAKE) --no-print-directory programs
.PHONY: programs
programs: $(OUT)/slotscope $(OUT)/slotscope-view

$(OUT)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(EXTRA) -c -o $@ $<

$(OUT)/obj/lua/%.o $(OUT)/obj/sim/export/%.o: EXTRA = $(LUA_CFLAGS)
$(OUT)/obj/sim/cli/%.o: EXTRA = $(LUA_CFLAGS) $(POSIX)
$(OUT)/obj/viz/sdl/%.o: EXTRA = $(VIEW_CFLAGS) $(POSIX)
$(OUT)/obj/viz/app/%.o: EXTRA = $(VIEW_CFLAGS) $(LUA_CFLAGS) $(POSIX)
$(OUT)/obj/tests/%.o: EXTRA = $(LUA_CFLAGS) $(POSIX)

$(LIBSIM): $(call obj,$(SIM_SRC))
	@rm -f $@
	@ar rcsD $@ $^
$(LIBVIZ): $(call obj,$(VIZ_SRC))
	@rm -f $@
	@ar rcsD $@ $^

$(OUT)/slotscope: $(call obj,$(CLI_SRC) $(LUA_SRC)) $(LIBSIM)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(LUA_PKG) $(CJSON_PKG)) -lm

$(OUT)/slotscope-view: $(call obj,$(APP_SRC) $(SDL_SRC) $(LUA_SRC)) $(LIBVIZ) $(LIBSIM)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(VIEW_PKG) $(LUA_PKG) $(CJSON_PKG)) -lm

# One CUnit runner for all tests. tests/<folder>/test_x.c defines `void test_x_suite(void)`, which adds
# its suite; the list of calls is generated from the file names.
SUITES := $(sort $(basename $(notdir $(filter %/test_%.c tests/test_%.c,$(UNIT_SRC)))))
$(OUT)/gen/suites.inc: $(UNIT_SRC)
	@mkdir -p $(@D)
	@printf 'SUITE(%s)\n' $(SUITES) > $@.new; cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$(OUT)/obj/tests/runner.o: $(OUT)/gen/suites.inc
$(OUT)/obj/tests/runner.o: EXTRA = -I$(OUT)/gen $(POSIX)
$(OUT)/tests: $(call obj,tests/runner.c $(UNIT_SRC) $(LUA_SRC)) $(LIBVIZ) $(LIBSIM)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(LUA_PKG) $(CJSON_PKG) cunit) -lm

.PHONY: packages
packages:
	@if [ -x tests/packages.sh ]; then tests/packages.sh; fi

.PHONY: clean
clean:
	rm -rf build

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
