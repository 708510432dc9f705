package dev.scriptanalytics.configuration;

import dev.scriptanalytics.configuration.OptionCatalogue.Declared;

/** The options written as a properties file, so that help and shipped file are one text. */
final class PropertiesFile {
  private static final int WIDTH = 100;

  private PropertiesFile() {}

  static String ofDefaults() {
    StringBuilder text = new StringBuilder();
    comment(
        text,
        "Script Analytics: every option, with its default and with what breaks at either extreme."
            + " This text is a properties file. The job takes such a file by --config FILE, and"
            + " single options by --key value or --key=value, which win over the file.");
    text.append("#\n");
    comment(
        text,
        "${NAME} in a value is replaced by the environment variable of that name when the job is"
            + " submitted. Secrets come from there or from a file; a secret written out on the"
            + " command line is refused, because everybody on the machine can read it. Kafka's own"
            + " ${provider:path:key} is left to Kafka.");
    String group = "";
    for (Declared<?> declared : JobOptions.declared().values()) {
      String title = declared.group();
      if (!title.equals(group)) {
        group = title;
        text.append("\n\n");
        comment(text, "==== " + title);
      }
      text.append('\n');
      comment(text, (declared.required() ? "Required. " : "") + declared.description());
      text.append(declared.isSetInFile() ? "" : "#").append(declared.option().key()).append('=');
      text.append(declared.sample().replace("\\", "\\\\")).append('\n');
    }
    text.append("\n\n");
    comment(text, "==== Names of fields");
    text.append('\n');
    comment(text, JobOptions.ALIAS_DESCRIPTION);
    text.append('#').append(JobConfiguration.ALIASES).append(JobOptions.ALIAS_EXAMPLE).append('\n');
    text.append("\n\n");
    comment(text, "==== Redaction");
    text.append('\n');
    comment(text, JobOptions.REDACT_DESCRIPTION);
    JobOptions.REDACT_EXAMPLES.forEach(
        (name, regex) -> {
          text.append('#').append(JobConfiguration.REDACT_PATTERNS).append(name).append('=');
          text.append(regex.replace("\\", "\\\\")).append('\n');
        });
    return text.toString();
  }

  private static void comment(StringBuilder text, String sentences) {
    int column = 0;
    for (String word : sentences.split(" ", -1)) {
      if (column == 0 || column + 1 + word.length() > WIDTH) {
        text.append(column == 0 ? "#" : "\n#");
        column = 1;
      }
      text.append(' ').append(word);
      column += 1 + word.length();
    }
    text.append('\n');
  }
}
