package peers;

import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flowable.common.engine.impl.persistence.StrongUuidGenerator;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.impl.cfg.StandaloneProcessEngineConfiguration;
import org.flowable.task.api.Task;
import org.flowable.task.api.TaskQuery;

/** Flowable, embedded, history level as it comes. */
public class Flowable implements Peer {
  private final StandaloneProcessEngineConfiguration settings = new StandaloneProcessEngineConfiguration();
  private ProcessEngine engine;

  public void open(DataSource source) {
    settings.setDataSource(source);
    settings.setDatabaseSchemaUpdate("true");
    // As in its Spring Boot starter; the default takes a second connection for each block of ids.
    settings.setIdGenerator(new StrongUuidGenerator());
    settings.setAsyncExecutorActivate(false);
    engine = settings.buildProcessEngine();
  }

  public void deploy(String process) {
    var model = Peer.model(process, "http://flowable.org/bpmn");
    engine.getRepositoryService().createDeployment().addString(process + ".bpmn20.xml", model).deploy();
  }

  public String start(String process, Map<String, Object> variables) {
    return engine.getRuntimeService().startProcessInstanceByKey(process, variables).getId();
  }

  public List<String> tasks(String instance) {
    return engine.getTaskService().createTaskQuery().processInstanceId(instance).list().stream().map(Task::getId).toList();
  }

  public void complete(String task) { engine.getTaskService().complete(task); }

  private TaskQuery inbox(String user, List<String> groups) {
    var query = engine.getTaskService().createTaskQuery();
    return user == null ? query.taskCandidateGroupIn(groups) : query.taskCandidateOrAssigned(user).taskCandidateGroupIn(groups);
  }

  public int page(String user, List<String> groups, int size) {
    return inbox(user, groups).orderByTaskCreateTime().desc().listPage(0, size).size();
  }

  public long count(String user, List<String> groups) { return inbox(user, groups).count(); }

  public void startJobs() { settings.getAsyncExecutor().start(); }
  public String timersDueNow() { return "update ACT_RU_TIMER_JOB set DUEDATE_ = current_timestamp - interval '1' second"; }
  public String openJobs() { return "select (select count(*) from ACT_RU_TIMER_JOB) + (select count(*) from ACT_RU_JOB)"; }
  public void close() { engine.close(); }
}
