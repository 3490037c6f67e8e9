/* label.h -- single lines of text: in a role, cut with an ellipsis, digit by digit, label above
 * value.
 *
 * `at` is always a point on the baseline. Functions that draw return the x (or the width) where the
 * next thing may follow. Colours come from the caller, since the same role is text, text2 or danger
 * text. */
#ifndef UI_LABEL_H
#define UI_LABEL_H

#include "viz/ui/ui.h"

/* Draws one line; returns its width. */
float label_draw(const Ui *ui, Point at, TextAlign align, TypeRole role, Color color,
                 const char *chars);
float label_drawf(const Ui *ui, Point at, TextAlign align, TypeRole role, Color color,
                  const char *format, ...) __attribute__((format(printf, 6, 7)));
float label_width(const Ui *ui, TypeRole role, const char *chars);

/* Draws at most `width` px of a line, left aligned; what does not fit ends in an ellipsis. Returns
 * the width drawn. */
float label_cut(const Ui *ui, Point at, float width, TypeRole role, Color color, const char *chars);
/* Copies as much of `chars` to out as fits into `width` px, with "…" at the end if something was
 * left out; "" if not even that has room. Cuts between UTF-8 characters. Returns true if all of it
 * fitted. */
bool label_fit(const TextMetrics *metrics, FontFace face, float size, const char *chars,
               float width, char *out, uint32_t out_size);

/* A number in a proportional face that does not jitter: each digit stands in a box as wide as "0",
 * other characters keep their width. Returns the width. */
float label_digits(const Ui *ui, Point at, TextAlign align, TypeRole role, Color color,
                   const char *chars);
float label_digits_width(const Ui *ui, TypeRole role, const char *chars);

/* The baseline that centres a line of this role in the rect. */
float label_middle(const Ui *ui, Rect rect, TypeRole role);
/* One line in the middle of a rect, cut to its width less 2 x `padding`. */
void label_in(const Ui *ui, Rect rect, TextAlign align, float padding, TypeRole role, Color color,
              const char *chars);

/* Label above value. `at` is the baseline of the label; the value stands `gap` px below (view
 * tokens §3: header 21, inspector 19, metrics 34). Returns the wider of the two widths. */
#define LABEL_GAP_HEADER    21.0f
#define LABEL_GAP_INSPECTOR 19.0f
#define LABEL_GAP_METRIC    34.0f
float label_pair(const Ui *ui, Point at, float gap, const char *label, TypeRole role, Color color,
                 const char *value);
/* A metric: label, big number, unit beside it. */
float label_metric(const Ui *ui, Point at, const char *label, const char *value, const char *unit);
/* The clock: "19.460" in text and "700" in text3 behind it, then the unit. `rest` may be "". */
float label_clock(const Ui *ui, Point at, const char *seconds, const char *rest);

#endif
