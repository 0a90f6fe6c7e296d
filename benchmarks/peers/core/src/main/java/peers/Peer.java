package peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** What a workload needs of an engine. Every method that writes is one durable transaction. */
public interface Peer extends AutoCloseable {
  void open(DataSource source);
  void deploy(String process);
  String start(String process, Map<String, Object> variables);
  List<String> tasks(String instance);
  void complete(String task);

  /** Unassigned tasks of the groups and, where user is not null, the user's own too: how many on the first page, newest first. */
  int page(String user, List<String> groups, int size);
  long count(String user, List<String> groups);

  void startJobs();
  String timersDueNow();
  String openJobs();
  @Override void close();

  /** A model with the engine's own namespace of extensions. */
  static String model(String process, String extensions) {
    try (var stream = Peer.class.getResourceAsStream("/" + process + ".bpmn")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).replace("@EXTENSIONS@", extensions);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
