package peers;

import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.operaton.bpm.engine.ProcessEngine;
import org.operaton.bpm.engine.ProcessEngineConfiguration;
import org.operaton.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.operaton.bpm.engine.impl.persistence.StrongUuidGenerator;
import org.operaton.bpm.engine.task.Task;
import org.operaton.bpm.engine.task.TaskQuery;

/** Operaton, embedded, history level as it comes. */
public class Operaton implements Peer {
  private ProcessEngine engine;

  public void open(DataSource source) {
    var settings = (ProcessEngineConfigurationImpl) ProcessEngineConfiguration.createStandaloneProcessEngineConfiguration();
    settings.setDataSource(source);
    settings.setDatabaseSchemaUpdate("true");
    settings.setEnforceHistoryTimeToLive(false);
    // As in its Spring Boot starter; the default takes a second connection for each block of ids.
    settings.setIdGenerator(new StrongUuidGenerator());
    settings.setJobExecutorActivate(false);
    engine = settings.buildProcessEngine();
  }

  public void deploy(String process) {
    var model = Peer.model(process, "http://operaton.org/schema/1.0/bpmn");
    engine.getRepositoryService().createDeployment().addString(process + ".bpmn", model).deploy();
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
    return user == null ? query.taskCandidateGroupIn(groups) : query.or().taskAssignee(user).taskCandidateGroupIn(groups).endOr();
  }

  public int page(String user, List<String> groups, int size) {
    return inbox(user, groups).orderByTaskCreateTime().desc().listPage(0, size).size();
  }

  public long count(String user, List<String> groups) { return inbox(user, groups).count(); }

  public void startJobs() { ((ProcessEngineConfigurationImpl) engine.getProcessEngineConfiguration()).getJobExecutor().start(); }
  public String timersDueNow() { return "update ACT_RU_JOB set DUEDATE_ = current_timestamp - interval '1' second"; }
  public String openJobs() { return "select count(*) from ACT_RU_JOB"; }
  public void close() { engine.close(); }
}
