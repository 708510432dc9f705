package dev.scriptanalytics.api.http;

import java.util.List;
import java.util.Locale;

/** Chooses a content type. */
public final class Accept {
  private Accept() {}

  /**
   * The type that a client likes best.
   *
   * @param header the header {@code Accept}, or null
   * @param offered the types to choose from; the first where the client likes all or none of them
   */
  public static String best(String header, List<String> offered) {
    String best = offered.get(0);
    double highest = 0;
    if (header == null) {
      return best;
    }
    for (String type : offered) {
      double quality = quality(header, type);
      if (quality > highest) {
        highest = quality;
        best = type;
      }
    }
    return best;
  }

  private static double quality(String header, String type) {
    double quality = 0;
    int specific = -1;
    for (String range : header.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = range.split(";", -1);
      String name = parts[0].strip();
      int matches =
          name.equals(type)
              ? 2
              : name.equals(type.substring(0, type.indexOf('/')) + "/*")
                  ? 1
                  : name.equals("*/*") ? 0 : -1;
      if (matches > specific) {
        specific = matches;
        quality = weight(parts);
      }
    }
    return quality;
  }

  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i].strip();
      if (part.startsWith("q=")) {
        try {
          return Double.parseDouble(part.substring(2));
        } catch (NumberFormatException malformed) {
          return 0;
        }
      }
    }
    return 1;
  }
}
