/* fuzz_redisconf.c -- any bytes as a redis.conf.
 *
 * A file that is refused must leave the configuration alone and be told with its line. One that is
 * accepted is rewritten, as CONFIG REWRITE does: what comes out must be accepted, must say the
 * same, and must be rewritten into itself. */
#include "tests/fuzz/targets.h"

#include "sim/base/assert.h"
#include "sim/cluster/conffile.h"

#include <string.h>

static void check_equal(const NodeConfig *a, const NodeConfig *b)
{
    for (uint32_t i = 0; i < config_count(); i++) {
        char one[CONFIG_VALUE_SIZE], other[CONFIG_VALUE_SIZE];
        config_value_text(a, i, one, sizeof(one));
        config_value_text(b, i, other, sizeof(other));
        SIM_ASSERT(strcmp(one, other) == 0);
    }
}

static void check_refusal(const NodeConfig *config, const ConfProblem *problem)
{
    Text said = {0};
    NodeConfig standard = config_default();
    check_equal(config, &standard);
    SIM_ASSERT(problem->line > 0);
    SIM_ASSERT(problem->reason.text[0] != '\0');
    SIM_ASSERT(problem->advice.text[0] != '\0');
    conf_fatal_text(problem, &said);
    text_deinit(&said);
}

static void check_rewrite(Slice file, const NodeConfig *config)
{
    ConfProblem problem;
    Text once = {0}, twice = {0};
    NodeConfig again = config_default();
    conf_rewrite(file, config, &once);
    Slice written = {text_chars(&once), once.size};
    bool read = conf_read(&again, written, &problem);
    SIM_ASSERT(read);
    check_equal(config, &again);
    conf_rewrite(written, &again, &twice);
    SIM_ASSERT(slice_equal(written, (Slice){text_chars(&twice), twice.size}));
    text_deinit(&once);
    text_deinit(&twice);
}

int fuzz_redisconf(const uint8_t *bytes, size_t size)
{
    ConfProblem problem;
    NodeConfig config = config_default();
    if (size > UINT32_MAX) return 0;
    Slice file = {(const char *)bytes, (uint32_t)size};
    if (conf_read(&config, file, &problem)) check_rewrite(file, &config);
    else check_refusal(&config, &problem);
    return 0;
}

__attribute__((weak)) int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return fuzz_redisconf(bytes, size);
}
