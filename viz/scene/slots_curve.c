/* slots_curve.c -- where a slot lies: on the tape (rows of 128) or on Hilbert's curve of order 7.
 *
 * On the curve, slots that follow each other are neighbours, so that a range is one compact blob
 * (view.md §2). It starts at the top left and ends at the top right. */
#include "viz/scene/slots.h"

#define CURVE_ORDER 7u

/* One level of the curve: turns and mirrors the square of `side` cells that (x, y) lies in. */
static void turn(uint32_t side, uint32_t *x, uint32_t *y, uint32_t right, uint32_t down)
{
    if (down != 0) return;
    if (right != 0) {
        *x = side - 1 - *x;
        *y = side - 1 - *y;
    }
    uint32_t old = *x;
    *x = *y;
    *y = old;
}

static MapCell curve_cell(uint32_t slot)
{
    uint32_t x = 0, y = 0;
    for (uint32_t side = 1; side < MAP_SIDE; side *= 2) {
        uint32_t right = 1 & (slot / 2);
        uint32_t down = 1 & (slot ^ right);
        turn(side, &x, &y, right, down);
        x += side * right;
        y += side * down;
        slot /= 4;
    }
    return (MapCell){(uint8_t)x, (uint8_t)y};
}

static uint32_t curve_slot(uint32_t x, uint32_t y)
{
    uint32_t slot = 0;
    for (uint32_t side = MAP_SIDE / 2; side > 0; side /= 2) {
        uint32_t right = (x & side) != 0, down = (y & side) != 0;
        slot += side * side * ((3 * right) ^ down);
        turn(MAP_SIDE, &x, &y, right, down);
    }
    return slot;
}

MapCell slots_cell(bool is_hilbert, uint32_t slot)
{
    if (is_hilbert) return curve_cell(slot);
    return (MapCell){(uint8_t)(slot % MAP_SIDE), (uint8_t)(slot / MAP_SIDE)};
}

uint32_t slots_at(bool is_hilbert, MapCell cell)
{
    if (is_hilbert) return curve_slot(cell.column, cell.row);
    return cell.row * MAP_SIDE + cell.column;
}

/* On the tape: the rest of the first row, whole rows, the beginning of the last row. */
static uint32_t tape_rects(uint32_t first, uint32_t last, Rect *out)
{
    uint32_t count = 0;
    while (first <= last) {
        uint32_t column = first % MAP_SIDE, row = first / MAP_SIDE;
        uint32_t left = last - first + 1;
        bool is_whole = column == 0 && left >= MAP_SIDE;
        uint32_t rows = is_whole ? left / MAP_SIDE : 1;
        uint32_t columns = is_whole                   ? MAP_SIDE
                           : left < MAP_SIDE - column ? left
                                                      : MAP_SIDE - column;
        out[count++] = (Rect){(float)column, (float)row, (float)columns, (float)rows};
        first += rows * columns;
    }
    return count;
}

/* On the curve every aligned block of 4^k slots is a square of 2^k cells. */
static uint32_t curve_rects(uint32_t first, uint32_t last, Rect *out)
{
    uint32_t count = 0;
    while (first <= last) {
        uint32_t side = 1;
        while (side < MAP_SIDE && first % (4 * side * side) == 0 &&
               first + 4 * side * side - 1 <= last)
            side *= 2;
        MapCell cell = curve_cell(first);
        SIM_ASSERT(count < SLOTS_RECTS_MAX); /* 3 of each of 7 sizes on either end */
        out[count++] = (Rect){(float)(cell.column / side * side), (float)(cell.row / side * side),
                              (float)side, (float)side};
        first += side * side;
    }
    return count;
}

uint32_t slots_rects(bool is_hilbert, uint32_t first, uint32_t last, Rect out[SLOTS_RECTS_MAX])
{
    SIM_ASSERT(last < SLOT_COUNT);
    return is_hilbert ? curve_rects(first, last, out) : tape_rects(first, last, out);
}

Rect slots_px(const SlotView *view, Rect cells)
{
    return (Rect){view->map.x + cells.x * view->cell, view->map.y + cells.y * view->cell,
                  cells.w * view->cell, cells.h * view->cell};
}
