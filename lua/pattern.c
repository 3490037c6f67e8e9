/* pattern.c -- find, match, gmatch and gsub with Lua's own patterns, in bounded work.
 *
 * Lua's matcher can try for years on one line such as ("a*"):rep(20) without a single Lua step, out
 * of reach of the limit on steps. This one charges every try to the script's steps
 * (PatternHost), so that a pattern which never ends is told like any other endless loop. Same
 * patterns, captures and results as the Lua 5.4 manual, §6.4.1. */
#include "lua/pattern.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define CAPTURES_MAX 32
#define DEPTH_MAX    150 /* nested tries; the C stack is finite */
#define OPEN_CAPTURE (-1)
#define POSITION     (-2)

typedef struct Capture {
    const char *start;
    ptrdiff_t size; /* or OPEN_CAPTURE, POSITION */
} Capture;

typedef struct Match {
    lua_State *L;
    const PatternHost *host;
    const char *text, *text_end;
    const char *pattern, *pattern_end;
    int depth;
    int count; /* captures so far, finished or not */
    Capture captures[CAPTURES_MAX];
} Match;

static const char *try_match(Match *m, const char *s, const char *p);

static int fail(const Match *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int fail(const Match *m, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return m->host->fail(m->L, text);
}

static void charge(const Match *m, uint64_t steps)
{
    m->host->charge(m->L, steps);
}

/* --- one item: a letter, a class such as %d, a set such as [a-z] --- */

static bool is_in(int c, int low, int high)
{
    return c >= low && c <= high;
}

static bool is_letter(int c)
{
    return is_in(c | 32, 'a', 'z');
}

static bool is_space(int c)
{
    return c == ' ' || is_in(c, '\t', '\r');
}

/* Classes of the "C" locale; an upper-case class is everything else. */
static bool class_has(int class, int c)
{
    bool has;
    switch (class | 32) {
    case 'a': has = is_letter(c); break;
    case 'c': has = c < 32 || c == 127; break;
    case 'd': has = is_in(c, '0', '9'); break;
    case 'g': has = is_in(c, 33, 126); break;
    case 'l': has = is_in(c, 'a', 'z'); break;
    case 'p': has = is_in(c, 33, 126) && !is_letter(c) && !is_in(c, '0', '9'); break;
    case 's': has = is_space(c); break;
    case 'u': has = is_in(c, 'A', 'Z'); break;
    case 'w': has = is_letter(c) || is_in(c, '0', '9'); break;
    case 'x': has = is_in(c, '0', '9') || is_in(c | 32, 'a', 'f'); break;
    default: return class == c;
    }
    return is_letter(class) && !(class & 32) ? !has : has;
}

/* Where the item that starts at `p` ends. */
static const char *item_end(Match *m, const char *p)
{
    if (p == m->pattern_end) fail(m, "the pattern is malformed: it ends too early");
    if (*p == '%') {
        if (p + 1 == m->pattern_end) fail(m, "the pattern is malformed: it ends with '%%'");
        return p + 2;
    }
    if (*p != '[') return p + 1;
    p++;
    if (p < m->pattern_end && *p == '^') p++;
    for (bool first = true; first || p == m->pattern_end || *p != ']'; first = false) {
        if (p == m->pattern_end) fail(m, "the pattern is malformed: ']' is missing");
        p += *p == '%' && p + 1 < m->pattern_end ? 2 : 1;
    }
    return p + 1;
}

/* `p` at '[', `end` after ']'. */
static bool set_has(int c, const char *p, const char *end)
{
    bool wanted = true;
    p++;
    end--;
    if (*p == '^') {
        wanted = false;
        p++;
    }
    for (; p < end; p++) {
        if (*p == '%') {
            p++;
            if (class_has((unsigned char)*p, c)) return wanted;
        } else if (p + 2 < end && p[1] == '-') {
            if (is_in(c, (unsigned char)p[0], (unsigned char)p[2])) return wanted;
            p += 2;
        } else if ((unsigned char)*p == c) {
            return wanted;
        }
    }
    return !wanted;
}

static bool item_matches(const Match *m, const char *s, const char *p, const char *end)
{
    if (s >= m->text_end) return false;
    int c = (unsigned char)*s;
    if (*p == '.') return true;
    if (*p == '%') return class_has((unsigned char)p[1], c);
    if (*p == '[') return set_has(c, p, end);
    return (unsigned char)*p == c;
}

/* --- repetitions --- */

/* The longest run first. */
static const char *repeat_greedy(Match *m, const char *s, const char *p, const char *end)
{
    ptrdiff_t count = 0;
    while (item_matches(m, s + count, p, end)) count++;
    charge(m, (uint64_t)count);
    for (; count >= 0; count--) {
        const char *after = try_match(m, s + count, end + 1);
        if (after) return after;
    }
    return NULL;
}

/* The shortest run first. */
static const char *repeat_lazy(Match *m, const char *s, const char *p, const char *end)
{
    for (;; s++) {
        const char *after = try_match(m, s, end + 1);
        if (after) return after;
        if (!item_matches(m, s, p, end)) return NULL;
    }
}

/* --- captures, %b, %f, back references --- */

static const char *open_capture(Match *m, const char *s, const char *p, ptrdiff_t size)
{
    if (m->count >= CAPTURES_MAX) fail(m, "a pattern may have %d captures", CAPTURES_MAX);
    m->captures[m->count++] = (Capture){s, size};
    const char *after = try_match(m, s, p);
    if (!after) m->count--;
    return after;
}

static const char *close_capture(Match *m, const char *s, const char *p)
{
    int i = m->count - 1;
    while (i >= 0 && m->captures[i].size != OPEN_CAPTURE) i--;
    if (i < 0) fail(m, "the pattern is malformed: ')' without '('");
    m->captures[i].size = s - m->captures[i].start;
    const char *after = try_match(m, s, p);
    if (!after) m->captures[i].size = OPEN_CAPTURE;
    return after;
}

/* %bxy: from x to the y that balances it. */
static const char *match_balance(Match *m, const char *s, const char *p)
{
    if (p + 1 >= m->pattern_end) fail(m, "the pattern is malformed: %%b wants two letters");
    if (s >= m->text_end || *s != p[0]) return NULL;
    const char *start = s;
    for (int depth = 1; ++s < m->text_end;) {
        if (*s == p[1]) {
            if (--depth == 0) return s + 1;
        } else if (*s == p[0]) {
            depth++;
        }
    }
    charge(m, (uint64_t)(s - start));
    return NULL;
}

/* %f[set]: between a letter outside the set and one inside. */
static bool at_frontier(const Match *m, const char *s, const char *p, const char *end)
{
    int before = s == m->text ? 0 : (unsigned char)s[-1];
    int here = s < m->text_end ? (unsigned char)*s : 0;
    return !set_has(before, p, end) && set_has(here, p, end);
}

static const char *match_back_reference(const Match *m, const char *s, int digit)
{
    int i = digit - '1';
    if (i < 0 || i >= m->count || m->captures[i].size == OPEN_CAPTURE)
        fail(m, "the pattern names capture %%%d, which is not there", i + 1);
    ptrdiff_t size = m->captures[i].size < 0 ? 0 : m->captures[i].size;
    if (m->text_end - s < size || memcmp(m->captures[i].start, s, (size_t)size) != 0) return NULL;
    return s + size;
}

/* An item and what follows it: `?`, `*`, `+`, `-` or nothing. *s and *p move on when the caller
 * shall simply continue; otherwise the answer is returned through *after. */
static bool step_item(Match *m, const char **s, const char **p, const char **after)
{
    const char *end = item_end(m, *p);
    char suffix = end < m->pattern_end ? *end : '\0';
    bool here = item_matches(m, *s, *p, end);
    *after = NULL;
    switch (suffix) {
    case '*': *after = repeat_greedy(m, *s, *p, end); return false;
    case '+':
        if (here) *after = repeat_greedy(m, *s + 1, *p, end);
        return false;
    case '-': *after = repeat_lazy(m, *s, *p, end); return false;
    case '?':
        if (here) *after = try_match(m, *s + 1, end + 1);
        if (*after) return false;
        *p = end + 1;
        return true;
    default:
        if (!here) return false;
        *s += 1;
        *p = end;
        return true;
    }
}

/* %b, %f and %1..%9; true when `p` is one of them, with *s NULL when it does not match. */
static bool step_special(Match *m, const char **s, const char **p)
{
    const char *at = *p + 1;
    if (**p != '%' || at == m->pattern_end) return false;
    if (*at == 'b') {
        *s = match_balance(m, *s, at + 1);
        *p = at + 3;
    } else if (*at == 'f') {
        if (at + 1 == m->pattern_end || at[1] != '[')
            fail(m, "the pattern is malformed: %%f wants a set, as in %%f[%%a]");
        const char *end = item_end(m, at + 1);
        if (!at_frontier(m, *s, at + 1, end)) *s = NULL;
        *p = end;
    } else if (is_in(*at, '0', '9')) {
        *s = match_back_reference(m, *s, *at);
        *p = at + 1;
    } else {
        return false;
    }
    return true;
}

/* The end of the match of the pattern from `p` on at `s`, or NULL. */
static const char *try_match(Match *m, const char *s, const char *p)
{
    const char *after = NULL;
    if (++m->depth > DEPTH_MAX) fail(m, "the pattern is too complex");
    for (;;) {
        charge(m, 1);
        if (p == m->pattern_end) {
            after = s;
            break;
        }
        if (*p == '(') {
            bool position = p + 1 < m->pattern_end && p[1] == ')';
            after =
                open_capture(m, s, position ? p + 2 : p + 1, position ? POSITION : OPEN_CAPTURE);
            break;
        }
        if (*p == ')') {
            after = close_capture(m, s, p + 1);
            break;
        }
        if (*p == '$' && p + 1 == m->pattern_end) {
            after = s == m->text_end ? s : NULL;
            break;
        }
        if (step_special(m, &s, &p)) {
            if (!s) break;
        } else if (!step_item(m, &s, &p, &after)) {
            break;
        }
    }
    m->depth--;
    return after;
}

/* --- results --- */

/* Capture `i`; the whole match from `s` to `end` when the pattern has none. */
static void push_capture(const Match *m, int i, const char *s, const char *end)
{
    if (i >= m->count) {
        if (i > 0) fail(m, "capture %%%d is not in the pattern", i + 1);
        lua_pushlstring(m->L, s, (size_t)(end - s));
        return;
    }
    const Capture *capture = &m->captures[i];
    if (capture->size == OPEN_CAPTURE) fail(m, "the pattern is malformed: '(' without ')'");
    if (capture->size == POSITION)
        lua_pushinteger(m->L, (lua_Integer)(capture->start - m->text) + 1);
    else lua_pushlstring(m->L, capture->start, (size_t)capture->size);
}

/* All captures; the whole match if there are none and `whole`. */
static int push_captures(const Match *m, const char *s, const char *end, bool whole)
{
    int count = m->count == 0 && whole ? 1 : m->count;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++) push_capture(m, i, s, end);
    return count;
}

/* Where the registry keeps the host. */
static const char host_key = 'h';

static Match check_match(lua_State *L)
{
    size_t text_size, pattern_size;
    Match m = {.L = L};
    lua_rawgetp(L, LUA_REGISTRYINDEX, &host_key);
    m.host = lua_touserdata(L, -1);
    lua_pop(L, 1);
    m.text = luaL_checklstring(L, 1, &text_size);
    m.pattern = luaL_checklstring(L, 2, &pattern_size);
    m.text_end = m.text + text_size;
    m.pattern_end = m.pattern + pattern_size;
    return m;
}

/* Where to begin, as an offset; negative counts from the end. Beyond the end: text size + 1. */
static size_t check_init(lua_State *L, int arg, const Match *m)
{
    size_t size = (size_t)(m->text_end - m->text);
    lua_Integer init = luaL_optinteger(L, arg, 1);
    if (init > 0) return (size_t)init - 1 > size ? size + 1 : (size_t)init - 1;
    if (init == 0 || (size_t)-init > size) return 0;
    return size - (size_t)-init;
}

static const char *match_at(Match *m, const char *s)
{
    m->count = 0;
    m->depth = 0;
    return try_match(m, s, m->pattern);
}

static const char *find_plain(const Match *m, const char *s)
{
    size_t size = (size_t)(m->pattern_end - m->pattern);
    charge(m, (uint64_t)(m->text_end - s) / 8);
    for (; (size_t)(m->text_end - s) >= size; s++) {
        const char *at =
            size == 0 ? s : memchr(s, *m->pattern, (size_t)(m->text_end - s) - size + 1);
        if (!at) return NULL;
        if (memcmp(at, m->pattern, size) == 0) return at;
        s = at;
    }
    return NULL;
}

static int find_or_match(lua_State *L, bool find)
{
    Match m = check_match(L);
    size_t init = check_init(L, 3, &m);
    if (init > (size_t)(m.text_end - m.text)) {
        lua_pushnil(L);
        return 1;
    }
    const char *s = m.text + init;
    if (find && lua_toboolean(L, 4)) {
        s = find_plain(&m, s);
        if (!s) {
            lua_pushnil(L);
            return 1;
        }
        lua_pushinteger(L, s - m.text + 1);
        lua_pushinteger(L, s - m.text + (m.pattern_end - m.pattern));
        return 2;
    }
    bool anchored = m.pattern < m.pattern_end && *m.pattern == '^';
    if (anchored) m.pattern++;
    for (; s <= m.text_end; s++) {
        const char *end = match_at(&m, s);
        if (end && !find) return push_captures(&m, s, end, true);
        if (end) {
            lua_pushinteger(L, s - m.text + 1);
            lua_pushinteger(L, end - m.text);
            return push_captures(&m, s, end, false) + 2;
        }
        if (anchored) break;
    }
    lua_pushnil(L);
    return 1;
}

static int l_find(lua_State *L)
{
    return find_or_match(L, true);
}

static int l_match(lua_State *L)
{
    return find_or_match(L, false);
}

/* The iterator of gmatch; upvalues: text, pattern, where to go on, end of the last match. */
static int next_match(lua_State *L)
{
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(2));
    Match m = check_match(L);
    const char *last = m.text + lua_tointeger(L, lua_upvalueindex(4)) - 1;
    for (const char *s = m.text + lua_tointeger(L, lua_upvalueindex(3)); s <= m.text_end; s++) {
        const char *end = match_at(&m, s);
        if (!end || end == last) continue;
        lua_pushinteger(L, end - m.text);
        lua_replace(L, lua_upvalueindex(3));
        lua_pushinteger(L, end - m.text + 1);
        lua_replace(L, lua_upvalueindex(4));
        return push_captures(&m, s, end, true);
    }
    return 0;
}

static int l_gmatch(lua_State *L)
{
    Match m = check_match(L);
    size_t init = check_init(L, 3, &m);
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)init);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

/* --- gsub --- */

static void add_text(const Match *m, luaL_Buffer *out, const char *s, const char *end)
{
    size_t size;
    const char *with = lua_tolstring(m->L, 3, &size);
    for (const char *at = with; at < with + size; at++) {
        if (*at != '%') {
            luaL_addchar(out, *at);
            continue;
        }
        at++;
        if (at < with + size && *at == '%') {
            luaL_addchar(out, '%');
        } else if (at < with + size && *at == '0') {
            luaL_addlstring(out, s, (size_t)(end - s));
        } else if (at < with + size && is_in(*at, '1', '9')) {
            push_capture(m, *at - '1', s, end);
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(out);
        } else {
            fail(m, "gsub: '%%' in the replacement must be followed by a digit or by '%%'");
        }
    }
}

/* Adds what stands in for the match: the third argument's text, entry or result. */
static void add_replacement(const Match *m, luaL_Buffer *out, const char *s, const char *end)
{
    lua_State *L = m->L;
    int type = lua_type(L, 3);
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        int count = push_captures(m, s, end, true);
        lua_call(L, count, 1);
    } else if (type == LUA_TTABLE) {
        push_capture(m, 0, s, end);
        lua_gettable(L, 3);
    } else {
        add_text(m, out, s, end);
        return;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(out, s, (size_t)(end - s));
    } else if (lua_isstring(L, -1)) {
        luaL_addvalue(out);
    } else {
        fail(m, "gsub: a %s cannot replace text", luaL_typename(L, -1));
    }
}

static int l_gsub(lua_State *L)
{
    Match m = check_match(L);
    int type = lua_type(L, 3);
    if (type != LUA_TNUMBER && type != LUA_TSTRING && type != LUA_TFUNCTION && type != LUA_TTABLE)
        return fail(&m, "gsub wants a text, a table or a function as its third value, not %s",
                    luaL_typename(L, 3));
    lua_Integer limit = luaL_optinteger(L, 4, m.text_end - m.text + 1), done = 0;
    lua_settop(L, 3);
    bool anchored = m.pattern < m.pattern_end && *m.pattern == '^';
    if (anchored) m.pattern++;
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    const char *s = m.text, *last = NULL;
    while (done < limit) {
        const char *end = match_at(&m, s);
        if (end && end != last) {
            done++;
            add_replacement(&m, &out, s, end);
            s = last = end;
        } else if (s < m.text_end) {
            luaL_addchar(&out, *s++);
        } else {
            break;
        }
        if (anchored) break;
    }
    luaL_addlstring(&out, s, (size_t)(m.text_end - s));
    luaL_pushresult(&out);
    lua_pushinteger(L, done);
    return 2;
}

void pattern_open(lua_State *L, const PatternHost *host)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)host);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &host_key);
    static const luaL_Reg functions[] = {
        {"find", l_find}, {"match", l_match}, {"gmatch", l_gmatch}, {"gsub", l_gsub}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
