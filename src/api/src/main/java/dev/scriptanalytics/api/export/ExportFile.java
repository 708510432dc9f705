package dev.scriptanalytics.api.export;

import dev.scriptanalytics.api.error.ApiException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A file that is asked for by its name: {@code Qbalance_runs_data.csv}, or {@code runs_data.csv}
 * for any script.
 */
record ExportFile(Exported exported, Form form) {

  /**
   * The file of a name.
   *
   * @throws ApiException with status 404 if there is none
   */
  static ExportFile of(String name, String script, List<Exported> kinds) {
    String prefix = script + "_";
    String rest = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    for (Exported exported : kinds) {
      for (Form form : Form.values()) {
        if (exported.selected().containsKey(form) && rest.equals(end(exported, form))) {
          return new ExportFile(exported, form);
        }
      }
    }
    List<String> known =
        kinds.stream()
            .flatMap(
                exported ->
                    exported.selected().keySet().stream().sorted().map(form -> end(exported, form)))
            .toList();
    throw new ApiException(
            404, "FILE_NOT_FOUND", "There is no such file; there are " + String.join(", ", known))
        .with("known", known);
  }

  private static String end(Exported exported, Form form) {
    return exported.name() + "." + form.extension();
  }

  /** The header that has a browser save the file under the name of its script. */
  String disposition(String script) {
    String name = (script.isEmpty() ? "" : script + "_") + end(exported, form);
    // RFC 6266: a plain name for old readers, and the name itself.
    return "attachment; filename=\"%s\"; filename*=UTF-8''%s"
        .formatted(
            name.replaceAll("[^A-Za-z0-9._-]", "_"),
            URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A"));
  }
}
