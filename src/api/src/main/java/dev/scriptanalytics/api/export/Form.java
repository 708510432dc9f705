package dev.scriptanalytics.api.export;

import java.util.Arrays;
import java.util.Optional;

/** A form of a file. */
public enum Form {
  /** The columns of the dashboard's table, under its headings, for spreadsheets. */
  CSV("csv", "text/csv; charset=utf-8; header=present", "CSVWithNames"),
  /** All columns, an object a line. */
  NDJSON("ndjson", "application/x-ndjson", "JSONEachRow"),
  /** All columns, with their types. */
  PARQUET("parquet", "application/vnd.apache.parquet", "Parquet"),
  /** A line for each row. */
  TEXT("txt", "text/plain; charset=utf-8", "TSVRaw");

  private final String extension;
  private final String contentType;
  private final String format;

  Form(String extension, String contentType, String format) {
    this.extension = extension;
    this.contentType = contentType;
    this.format = format;
  }

  /** The form of files that end so, if there is one. */
  static Optional<Form> of(String extension) {
    return Arrays.stream(values()).filter(form -> form.extension.equals(extension)).findFirst();
  }

  /** The end of a file's name, without a point. */
  String extension() {
    return extension;
  }

  String contentType() {
    return contentType;
  }

  /** ClickHouse's name of it. */
  String format() {
    return format;
  }
}
