package peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ENGINE_CLASS WORKLOAD CLIENTS WARM_UP LIMIT COUNT...: one workload on an empty database; one JSON object a line on standard
 * output. The database is named by PEERS_URL, PEERS_USER and PEERS_PASSWORD. COUNT is instances (w1), seats (w2), timers (w3),
 * tasks (w4); LIMIT is the most completions of one size in w2. Variables and tasks are those of our own workloads.
 */
public final class Main {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int COMPLETIONS = 3;
  private static final int CALLS = 200;
  private static final double TIMER_SECONDS = 600;
  private static final String ESCALATED = "from ACT_HI_ACTINST where ACT_ID_ = 'escalate' and END_TIME_ is not null";

  private final Peer peer;
  private final HikariDataSource source;
  private final int clients;
  private final int warmUp;
  private final int limit;

  private Main(Peer peer, HikariDataSource source, int clients, int warmUp, int limit) {
    this.peer = peer;
    this.source = source;
    this.clients = clients;
    this.warmUp = warmUp;
    this.limit = limit;
  }

  public static void main(String[] arguments) throws Exception {
    int clients = Integer.parseInt(arguments[2]);
    var pool = new HikariConfig();
    pool.setJdbcUrl(System.getenv("PEERS_URL"));
    pool.setUsername(System.getenv("PEERS_USER"));
    pool.setPassword(System.getenv("PEERS_PASSWORD"));
    pool.setMaximumPoolSize(Math.max(clients, 8) * 2);
    try (var source = new HikariDataSource(pool);
        var peer = (Peer) Class.forName(arguments[0]).getDeclaredConstructor().newInstance()) {
      peer.open(source);
      var main = new Main(peer, source, clients, Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
      for (int at = 5; at < arguments.length; at++) print(main.run(arguments[1], Integer.parseInt(arguments[at]), at == 5));
    }
    System.exit(0);
  }

  private Map<String, Object> run(String workload, int count, boolean first) throws Exception {
    return switch (workload) {
      case "w1" -> referrals(count);
      case "w2" -> accreditation(count, first);
      case "w3" -> timers(count);
      case "w4" -> inbox(count);
      default -> throw new IllegalArgumentException("Expected w1, w2, w3 or w4, but found " + workload);
    };
  }

  private static void print(Map<String, Object> figures) throws Exception { System.out.println(JSON.writeValueAsString(figures)); }

  /** Twenty variables, about 1 KB. */
  private static Map<String, Object> variables() {
    var values = new LinkedHashMap<String, Object>(Map.of("urgent", false, "approved", true));
    for (int number = 0; number < 18; number++) {
      values.put(String.format("field%02d", number), String.format("value of a field, some forty characters %02d", number));
    }
    return values;
  }

  private void referral(Clients.Times start, Clients.Times complete) throws Exception {
    var instance = new String[1];
    start.measure(() -> instance[0] = peer.start("referral", variables()));
    for (int step = 0; step < COMPLETIONS; step++) {
      String task = peer.tasks(instance[0]).get(0);
      complete.measure(() -> peer.complete(task));
    }
  }

  private Map<String, Object> referrals(int count) throws Exception {
    peer.deploy("referral");
    Clients.work(clients, warmUp, number -> referral(new Clients.Times(), new Clients.Times()));
    Clients.Times start = new Clients.Times(), complete = new Clients.Times();
    double seconds = Clients.work(clients, count, number -> referral(start, complete));
    var figures = new LinkedHashMap<String, Object>();
    figures.put("clients", clients);
    figures.put("instances", count);
    figures.put("operations_per_second", Math.round(count * 40 / seconds) / 10.0);
    figures.put("instances_per_second", Math.round(count * 10 / seconds) / 10.0);
    percentiles(figures, "start", start);
    percentiles(figures, "complete", complete);
    return figures;
  }

  private static void percentiles(Map<String, Object> figures, String kind, Clients.Times times) {
    figures.put(kind + "_p50_ms", times.percentile(0.5));
    figures.put(kind + "_p95_ms", times.percentile(0.95));
  }

  private Map<String, Object> accreditation(int seats, boolean first) throws Exception {
    if (first) {
      peer.deploy("accreditation");
      round(Math.max(2, warmUp), warmUp);
    }
    return round(seats, limit);
  }

  private Map<String, Object> round(int seats, int most) throws Exception {
    var items = new ArrayList<String>();
    for (int number = 0; number < seats; number++) items.add("item " + number);
    long began = System.nanoTime();
    String instance = peer.start("accreditation", Map.of("items", items));
    double started = Clients.since(began);
    var tasks = peer.tasks(instance);
    if (tasks.size() != seats) throw new IllegalStateException("Expected " + seats + " tasks, but found " + tasks.size());
    var times = new Clients.Times();
    int count = Math.min(seats, most), tenth = Math.max(1, count / 10);
    for (String task : tasks.subList(0, count)) times.measure(() -> peer.complete(task));
    if (count == seats) peer.complete(peer.tasks(instance).get(0));
    var figures = new LinkedHashMap<String, Object>();
    figures.put("n", seats);
    figures.put("process", "same");
    figures.put("start_ms", Math.round(started * 10) / 10.0);
    figures.put("completions", count);
    figures.put("complete_ms_mean", times.mean(0, count));
    figures.put("complete_ms_first", times.mean(0, tenth));
    figures.put("complete_ms_last", times.mean(count - tenth, count));
    return figures;
  }

  private Map<String, Object> timers(int count) throws Exception {
    peer.deploy("referral");
    Clients.work(clients, count, number -> peer.complete(peer.tasks(peer.start("referral", variables())).get(0)));
    try (Connection connection = source.getConnection()) {
      connection.createStatement().executeUpdate(peer.timersDueNow());
      long began = System.nanoTime();
      peer.startJobs();
      for (long open = count; open > 0; Thread.sleep(20)) {
        open = number(connection, peer.openJobs());
        if (Clients.since(began) > TIMER_SECONDS * 1000) throw new IllegalStateException("Expected every timer to fire, " + open + " did not");
      }
      double seconds = Clients.since(began) / 1000;
      long all = number(connection, "select count(*) " + ESCALATED), cases = number(connection, "select count(distinct PROC_INST_ID_) " + ESCALATED);
      if (all != count || cases != count) {
        throw new IllegalStateException("Expected " + count + " escalations, each once, but found " + all + " in " + cases + " cases");
      }
      return new LinkedHashMap<>(Map.of("timers", count, "timers_per_second", Math.round(count * 10 / seconds) / 10.0));
    }
  }

  private static long number(Connection connection, String query) throws Exception {
    try (ResultSet rows = connection.createStatement().executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** Every task is offered to one of 200 groups; every twentieth is held by one of 1,000 people. The person who reads is in three groups. */
  private Map<String, Object> inbox(int count) throws Exception {
    peer.deploy("inbox");
    int batch = Math.min(count, 1_000);
    Clients.work(clients, count / batch, number -> {
      var items = new ArrayList<String>();
      for (int task = number * batch; task < (number + 1) * batch; task++)
        items.add(String.format("g%03d", task % 200) + (task / 200 % 20 == 0 ? String.format("u%04d", task % 1_000) : ""));
      peer.start("inbox", Map.of("items", items));
    });
    try (Connection connection = source.getConnection()) { connection.createStatement().execute("analyze"); }
    var figures = new LinkedHashMap<String, Object>(Map.of("tasks", count / batch * batch));
    for (boolean own : new boolean[] {false, true}) {
      Clients.Times page = new Clients.Times(), total = new Clients.Times();
      for (int call = -20; call < CALLS; call++) {
        int chair = call + 20;
        var groups = List.of(group(chair), group(chair + 67), group(chair + 133));
        String user = own ? String.format("u%04d", chair % 1_000) : null;
        (call < 0 ? new Clients.Times() : page).measure(() -> peer.page(user, groups, 20));
        (call < 0 ? new Clients.Times() : total).measure(() -> peer.count(user, groups));
      }
      percentiles(figures, own ? "page_with_own" : "page", page);
      percentiles(figures, own ? "count_with_own" : "count", total);
    }
    return figures;
  }

  private static String group(int number) { return String.format("g%03d", number % 200); }
}
