package dev.scriptanalytics.bench.api;

/** Who is asked. */
enum Side {
  /** ClickHouse itself, with the API's own queries. */
  DIRECT("ClickHouse"),
  /** The API server. */
  API("API");

  private final String title;

  Side(String title) {
    this.title = title;
  }

  @Override
  public String toString() {
    return title;
  }
}
