package dev.scriptanalytics.decode;

import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonSyntaxException;
import dev.scriptanalytics.row.RowBinaryBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds attributes with dotted names within objects: {@code log.message} in {@code
 * {"log":{"message":"m"}}}. Only objects on the way to a name that is looked for are opened, so
 * that most attributes cost the look at one byte. Reusable, not thread-safe.
 */
final class NestedAttributes {
  /** The names of the objects that are opened, such as {@code log}. */
  private final Set<String> opened = new HashSet<>();

  private final RowBinaryBuffer flat = new RowBinaryBuffer();

  /** A field of an object, or a member of one that is opened: its whole name, and its JSON. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Member(String name, byte[] quotedName, int value, int end) {}

  /**
   * For attributes of these names.
   *
   * @param names each a path through objects, its parts joined by dots
   */
  NestedAttributes(List<String> names) {
    for (String name : names) {
      for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
        opened.add(name.substring(0, dot));
      }
    }
  }

  /**
   * The attributes with the members of opened objects beside them, under dotted names; null if
   * there is no such object. An object of which a member is also beside it stays as it is, so that
   * no value takes the place of another.
   *
   * @param attributes the scanned attributes; objects that may be opened are unknown fields
   * @param from where the attributes begin in what was scanned
   * @param to where they end
   */
  byte[] flattened(JsonObjectScanner attributes, int from, int to) {
    byte[] json = attributes.source();
    for (int i = 0; i < attributes.unknownFields(); i++) {
      if (json[attributes.unknownEnd(i) - 1] == '}'
          && opened.contains(nameOf(json, attributes.unknownStart(i)))) {
        return flattened(json, from, to);
      }
    }
    return null;
  }

  private byte[] flattened(byte[] json, int from, int to) {
    List<Member> objects = new ArrayList<>();
    List<Member> others = new ArrayList<>();
    for (Member field : membersOf(json, from, to, null)) {
      (isOpened(json, field) ? objects : others).add(field);
    }
    Set<String> taken = new HashSet<>();
    others.stream().filter(field -> json[field.value] != 'n').forEach(f -> taken.add(f.name));
    for (Member object : objects) {
      List<Member> members = new ArrayList<>();
      open(json, object, members);
      if (members.stream().noneMatch(member -> taken.contains(member.name))) {
        members.forEach(member -> taken.add(member.name));
        others.addAll(members);
      } else {
        others.add(object);
      }
    }
    flat.reset();
    for (Member member : others) {
      flat.uint8(flat.size() == 0 ? '{' : ',');
      flat.raw(member.quotedName, 0, member.quotedName.length);
      flat.uint8(':');
      flat.raw(json, member.value, member.end);
    }
    flat.uint8('}');
    return flat.copy();
  }

  private boolean isOpened(byte[] json, Member field) {
    return json[field.value] == '{' && opened.contains(field.name);
  }

  private void open(byte[] json, Member object, List<Member> members) {
    for (Member member : membersOf(json, object.value, object.end, object)) {
      if (isOpened(json, member)) {
        open(json, member, members);
      } else {
        members.add(member);
      }
    }
  }

  /** The fields of an object, by names that begin with that of the object that they are in. */
  private static List<Member> membersOf(byte[] json, int from, int to, Member object) {
    JsonObjectScanner scanner = new JsonObjectScanner();
    try {
      scanner.scan(json, from, to);
    } catch (JsonSyntaxException e) {
      throw new IllegalStateException("Valid as part of the record and invalid alone", e);
    }
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < scanner.unknownFields(); i++) {
      int start = scanner.unknownStart(i);
      int nameEnd = JsonNames.end(json, start + 1);
      String quoted = new String(json, start, nameEnd + 1 - start, StandardCharsets.UTF_8);
      String name = nameOf(json, start);
      if (object != null) {
        String before = new String(object.quotedName, StandardCharsets.UTF_8);
        quoted = before.substring(0, before.length() - 1) + '.' + quoted.substring(1);
        name = object.name + '.' + name;
      }
      members.add(
          new Member(
              name,
              quoted.getBytes(StandardCharsets.UTF_8),
              JsonNames.value(json, nameEnd + 1),
              scanner.unknownEnd(i)));
    }
    return members;
  }

  /** The name that begins at a quote. */
  private static String nameOf(byte[] json, int quote) {
    int end = JsonNames.end(json, quote + 1);
    return new String(EventFields.decoded(json, quote + 1, end, true), StandardCharsets.UTF_8);
  }
}
