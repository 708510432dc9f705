package dev.scriptanalytics.bench.api;

import java.util.List;

/**
 * A request to the API, and what the API asks ClickHouse for it.
 *
 * @param name of the question, in tables
 * @param request to the API, as it is sent
 * @param queries the requests to ClickHouse, which are sent at the same time
 */
record Question(String name, String request, List<String> queries) {
  Question {
    queries = List.copyOf(queries);
  }
}
