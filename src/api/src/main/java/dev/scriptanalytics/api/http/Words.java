package dev.scriptanalytics.api.http;

import dev.scriptanalytics.api.error.ApiException;
import java.util.Collection;

/** Words that a field may have. */
public final class Words {
  private Words() {}

  /**
   * The known word that a text is, whatever its case.
   *
   * @throws ApiException with status 400 if it is none
   */
  public static String known(String parameter, String text, Collection<String> words) {
    return words.stream()
        .filter(word -> word.equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                ApiException.invalid(parameter, "one of " + String.join(", ", words))
                    .with("known", words));
  }
}
