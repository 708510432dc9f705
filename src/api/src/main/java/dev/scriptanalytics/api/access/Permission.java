package dev.scriptanalytics.api.access;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/** What a key may do: roles of ClickHouse, with the names that clients know them by. */
public enum Permission {
  LOGS_READ("logs:read", "api_logs_read"),
  RUNS_READ("runs:read", "api_runs_read"),
  EXPORT("export", "api_export"),
  STREAM("stream", "api_stream"),
  REJECTED_READ("rejected:read", "api_rejected_read");

  private final String title;
  private final String role;

  Permission(String title, String role) {
    this.title = title;
    this.role = role;
  }

  /** Such as {@code logs:read}. */
  public String title() {
    return title;
  }

  static Set<Permission> ofRoles(Collection<String> roles) {
    Set<Permission> permissions = EnumSet.noneOf(Permission.class);
    Arrays.stream(values())
        .filter(permission -> roles.contains(permission.role))
        .forEach(permissions::add);
    return permissions;
  }
}
