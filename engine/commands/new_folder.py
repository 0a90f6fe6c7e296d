"""What a new process folder begins with: one pool with a start, a task of who started the case, and an end."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

_MODEL = """\
<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"\
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"\
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:liandong="urn:liandong:bpmn:1" id="definitions_{id}"\
 targetNamespace="urn:liandong:process:{id}">
  <bpmn:collaboration id="collaboration_{id}">
    <bpmn:participant id="pool_{id}" name={title} processRef="{id}" />
  </bpmn:collaboration>
  <bpmn:process id="{id}" name={title} isExecutable="true">
    <bpmn:extensionElements>
      <liandong:process startable="true" title={title} />
    </bpmn:extensionElements>
    <bpmn:startEvent id="start" name="发起">
      <bpmn:outgoing>to_handle</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:sequenceFlow id="to_handle" sourceRef="start" targetRef="handle" />
    <bpmn:userTask id="handle" name="办理">
      <bpmn:extensionElements>
        <liandong:approval mode="single" />
        <liandong:assign rule="starter" />
        <liandong:outcome value="done" label="办结" label-en="Done" kind="primary" />
      </bpmn:extensionElements>
      <bpmn:incoming>to_handle</bpmn:incoming>
      <bpmn:outgoing>to_end</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="to_end" sourceRef="handle" targetRef="end" />
    <bpmn:endEvent id="end" name="结束">
      <bpmn:incoming>to_end</bpmn:incoming>
    </bpmn:endEvent>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram_{id}">
    <bpmndi:BPMNPlane id="plane_{id}" bpmnElement="collaboration_{id}">
      <bpmndi:BPMNShape id="pool_{id}_di" bpmnElement="pool_{id}" isHorizontal="true">
        <dc:Bounds x="160" y="80" width="640" height="240" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="start_di" bpmnElement="start">
        <dc:Bounds x="252" y="182" width="36" height="36" />
        <bpmndi:BPMNLabel>
          <dc:Bounds x="259" y="225" width="22" height="14" />
        </bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="handle_di" bpmnElement="handle">
        <dc:Bounds x="390" y="160" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="end_di" bpmnElement="end">
        <dc:Bounds x="602" y="182" width="36" height="36" />
        <bpmndi:BPMNLabel>
          <dc:Bounds x="609" y="225" width="22" height="14" />
        </bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="to_handle_di" bpmnElement="to_handle">
        <di:waypoint x="288" y="200" />
        <di:waypoint x="390" y="200" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="to_end_di" bpmnElement="to_end">
        <di:waypoint x="490" y="200" />
        <di:waypoint x="602" y="200" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def first_model(process: str, title: str) -> bytes:
    """The BPMN file of a new folder; `process` is the id of its process."""
    return _MODEL.format(id=escape(process), title=quoteattr(title)).encode()
