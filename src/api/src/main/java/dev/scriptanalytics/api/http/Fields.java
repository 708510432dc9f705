package dev.scriptanalytics.api.http;

import java.util.Collection;

/** What a request asks for, whether it says so by parameters or in a body. */
public interface Fields {

  /** The name by which errors call a field. */
  String path(String name);

  /** Whether the field is there. */
  boolean has(String name);

  /** A text, or null where it is missing or empty. */
  String text(String name);

  /** A whole number within bounds, or {@code otherwise} where it is missing. */
  int integer(String name, int otherwise, int least, int most);

  /** True or false, or {@code otherwise} where it is missing. */
  boolean flag(String name, boolean otherwise);

  /** One of some words, in any case, or {@code otherwise} where it is missing. */
  String choice(String name, String otherwise, Collection<String> words);

  /** An object; an empty one where it is missing. */
  JsonFields object(String name);

  /** Fails if there is a field that nobody asked for. */
  void finish();
}
