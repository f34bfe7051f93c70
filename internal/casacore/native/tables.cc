#include "tables.h"

#include <casacore/casa/Arrays/Matrix.h>
#include <casacore/casa/Arrays/Vector.h>
#include <casacore/tables/DataMan/TiledShapeStMan.h>
#include <casacore/tables/Tables/ArrColDesc.h>
#include <casacore/tables/Tables/ArrayColumn.h>
#include <casacore/tables/Tables/RefRows.h>
#include <casacore/tables/Tables/ScalarColumn.h>
#include <casacore/tables/Tables/Table.h>
#include <casacore/tables/Tables/TableRecord.h>
#include <casacore/tables/Tables/TableUtil.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

using namespace casacore;

struct fringe_table { Table table; };

namespace {

// guard runs f and turns what it throws into a text.
template <class F> char *guard(F f) {
  try { f(); return nullptr; }
  catch (const std::exception &e) { return strdup(e.what()); }
  catch (...) { return strdup("an unknown failure in casacore"); }
}

// Reading takes no lock, so that sets on read-only media and sets in use can be read. Files are read and not mapped: a
// truncated one is an error then, and no crash.
Table open_table(const char *path, bool writable) {
  return TableUtil::openTable(String(path), TableLock(writable ? TableLock::PermanentLocking : TableLock::UserNoReadLocking),
               writable ? Table::Update : Table::Old, TSMOption(TSMOption::Cache));
}

RefRows ref_rows(const Table &t, const int64_t *rows, int64_t n) {
  Vector<rownr_t> list(n);
  for (int64_t i = 0; i < n; i++) {
    if (rows[i] < 0 || rownr_t(rows[i]) >= t.nrow()) throw std::out_of_range("row " + std::to_string(rows[i]) + " does not exist");
    list[i] = rows[i];
  }
  return RefRows(list);
}

template <class T> Array<T> cells(const Table &t, const char *column, bool scalar, const RefRows &rows) {
  if (scalar) return ScalarColumn<T>(t, column).getColumnCells(rows);
  return ArrayColumn<T>(t, column).getColumnCells(rows);
}

void need(size_t got, int64_t want) {
  if (int64_t(got) != want) throw std::length_error(std::to_string(got) + " numbers instead of " + std::to_string(want));
}

template <class T> void get_real(const Table &t, const char *column, bool scalar, const RefRows &rows, double *out, int64_t count) {
  const Array<T> a = cells<T>(t, column, scalar, rows);
  need(a.size(), count);
  for (auto i = a.begin(); i != a.end(); ++i) *out++ = double(*i);
}

template <class T> void get_complex(const Table &t, const char *column, bool scalar, const RefRows &rows, double *out, int64_t count) {
  const Array<T> a = cells<T>(t, column, scalar, rows);
  need(2 * a.size(), count);
  for (auto i = a.begin(); i != a.end(); ++i) { *out++ = i->real(); *out++ = i->imag(); }
}

// frame_of reads the frame from the column's record, or where every row has its own (VarRefCol) from the column that holds the
// frames as text or as codes. A code without a table of codes is returned as a number.
String frame_of(const Table &t, const TableRecord &info, int64_t row) {
  if (!info.isDefined("VarRefCol")) return info.isDefined("Ref") ? info.asString("Ref") : String();
  const String column = info.asString("VarRefCol");
  if (t.tableDesc().columnDesc(column).dataType() == TpString) return ScalarColumn<String>(t, column)(row);
  const Int code = ScalarColumn<Int>(t, column)(row);
  if (info.isDefined("TabRefCodes") && info.isDefined("TabRefTypes")) {
    const Vector<uInt> codes(info.toArrayuInt("TabRefCodes"));
    const Vector<String> names(info.asArrayString("TabRefTypes"));
    for (size_t i = 0; i < codes.size() && i < names.size(); i++)
      if (Int(codes[i]) == code) return names[i];
  }
  return std::to_string(code);
}

char *table_open(const char *path, int writable, fringe_table **out, int64_t *rows) {
  return guard([&] {
    Table t = open_table(path, writable);
    *rows = t.nrow();
    *out = new fringe_table{t};
  });
}

char *table_close(fringe_table *t) {
  char *failure = guard([&] { if (t->table.isWritable()) t->table.flush(true); });
  char *second = guard([&] { delete t; });
  if (failure == nullptr) return second;
  free(second);
  return failure;
}

char *table_kind(fringe_table *t, const char *column, int *kind) {
  return guard([&] {
    *kind = 0;
    if (!t->table.tableDesc().isColumn(column)) return;
    switch (t->table.tableDesc().columnDesc(column).dataType()) {
      case TpBool: case TpUChar: case TpShort: case TpInt: case TpUInt: case TpInt64: case TpFloat: case TpDouble: *kind = 1; return;
      case TpComplex: case TpDComplex: *kind = 2; return;
      case TpString: *kind = 3; return;
      default: *kind = 4;
    }
  });
}

char *table_shape(fringe_table *t, const char *column, int64_t row, int *ndim, int64_t *shape) {
  return guard([&] {
    ref_rows(t->table, &row, 1);
    TableColumn c(t->table, column);
    *ndim = 0;
    if (c.columnDesc().isScalar()) return;
    *ndim = -1;
    if (!c.isDefined(row)) return;
    const IPosition s = c.shape(row);
    if (s.size() > 8) throw std::length_error("a cell has more than 8 axes");
    *ndim = s.size();
    for (size_t i = 0; i < s.size(); i++) shape[i] = s[i];
  });
}

char *table_get(fringe_table *t, const char *column, const int64_t *rows, int64_t nrows, double *out, int64_t count) {
  return guard([&] {
    const RefRows which = ref_rows(t->table, rows, nrows);
    const ColumnDesc &desc = t->table.tableDesc().columnDesc(column);
    const bool scalar = desc.isScalar();
    switch (desc.dataType()) {
      case TpBool: get_real<Bool>(t->table, column, scalar, which, out, count); return;
      case TpUChar: get_real<uChar>(t->table, column, scalar, which, out, count); return;
      case TpShort: get_real<Short>(t->table, column, scalar, which, out, count); return;
      case TpInt: get_real<Int>(t->table, column, scalar, which, out, count); return;
      case TpUInt: get_real<uInt>(t->table, column, scalar, which, out, count); return;
      case TpInt64: get_real<Int64>(t->table, column, scalar, which, out, count); return;
      case TpFloat: get_real<Float>(t->table, column, scalar, which, out, count); return;
      case TpDouble: get_real<Double>(t->table, column, scalar, which, out, count); return;
      case TpComplex: get_complex<Complex>(t->table, column, scalar, which, out, count); return;
      case TpDComplex: get_complex<DComplex>(t->table, column, scalar, which, out, count); return;
      default: throw std::invalid_argument("it holds no numbers");
    }
  });
}

char *table_text(fringe_table *t, const char *column, int64_t row, char **text) {
  return guard([&] {
    ref_rows(t->table, &row, 1);
    *text = strdup(ScalarColumn<String>(t->table, column)(row).c_str());
  });
}

char *table_frame(fringe_table *t, const char *column, int64_t row, char **frame) {
  return guard([&] {
    ref_rows(t->table, &row, 1);
    const TableRecord &keywords = TableColumn(t->table, column).keywordSet();
    *frame = strdup(keywords.isDefined("MEASINFO") ? frame_of(t->table, keywords.subRecord("MEASINFO"), row).c_str() : "");
  });
}

char *table_add_complex(fringe_table *t, const char *column, const int64_t *tile) {
  return guard([&] {
    ArrayColumnDesc<Complex> desc(column, 2);
    TiledShapeStMan manager(String("Tiled_") + column, IPosition(3, tile[0], tile[1], tile[2]));
    t->table.addColumn(desc, manager);
  });
}

char *table_put_complex(fringe_table *t, const char *column, const int64_t *rows, int64_t nrows, const int64_t *shape, const double *values) {
  return guard([&] {
    ref_rows(t->table, rows, nrows);
    ArrayColumn<Complex> c(t->table, column);
    Matrix<Complex> cell(shape[0], shape[1]);
    for (int64_t i = 0; i < nrows; i++) {
      for (auto &z : cell) { z = Complex(values[0], values[1]); values += 2; }
      c.put(rows[i], cell);
    }
  });
}

}  // namespace

const fringe_tables *fringe_casacore_tables(void) {
  static const fringe_tables all = {table_open, table_close, table_kind, table_shape, table_get,
                                    table_text, table_frame, table_add_complex, table_put_complex};
  return &all;
}
