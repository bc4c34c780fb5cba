package io.dpostream.files;

/**
 * Where in its file a row begins, which no two rows of a file share.
 *
 * @param number the line on which the row begins, from 1; in Parquet the row's number, from 1
 * @param before how many earlier rows begin on that line, as in an array without line breaks
 */
public record RowPlace(int number, int before) {

  /** Place of the first row on a line. */
  public static RowPlace of(int number) {
    return new RowPlace(number, 0);
  }

  /** Returns the line alone for the first row on it, {@code 3}; for the next ones {@code 3#2}. */
  @Override
  public String toString() {
    return before == 0 ? String.valueOf(number) : number + "#" + (before + 1);
  }
}
