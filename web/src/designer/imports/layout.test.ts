/** Files without a drawing get one, and stay what they are: only the drawing is added. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { childrenOf, scan, spliced, within } from '../text/xml'
import { drawn, isDrawn } from './layout'

const ROOT = new URL('../../../../bpmn/', import.meta.url).pathname
const undrawn = (text: string): string => spliced(text, childrenOf(scan(text), 'BPMNDiagram').map(({ start, end }) => ({ start, end, text: '' })))

const CAMUNDA = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="x">
  <process id="leave" isExecutable="true" camunda:historyTimeToLive="P30D">
    <startEvent id="begin"/><sequenceFlow id="f1" sourceRef="begin" targetRef="ask"/>
    <userTask id="ask" name="审批" camunda:candidateGroups="boss"><!-- 保留 --></userTask>
    <sequenceFlow id="f2" sourceRef="ask" targetRef="end"/><endEvent id="end"/>
  </process>
</definitions>
`

test('a file of Camunda without a drawing is drawn, and nothing else in it changes', async () => {
  expect(isDrawn(CAMUNDA)).toBe(false)
  const { text, missing } = await drawn(CAMUNDA)
  expect(missing).toBe(0)
  expect(isDrawn(text)).toBe(true)
  expect(undrawn(text).replace(/ xmlns:(bpmndi|dc|di)="[^"]*"/g, '').replace(/\s+/g, ' ')).toBe(CAMUNDA.replace(/\s+/g, ' '))
  // Every figure stands in a diagram whose prefixes the file declares.
  for (const prefix of ['bpmndi', 'dc', 'di']) if (text.includes(`<${prefix}:`)) expect(text).toContain(`xmlns:${prefix}="`)
})

test('what the layouter leaves out is counted', async () => {
  const text = readFileSync(`${ROOT}collect/collect.bpmn`, 'utf8')
  expect(isDrawn(text)).toBe(true)
  const result = await drawn(undrawn(text))
  const shapes = within(scan(result.text), 'BPMNShape')
  expect(shapes.length).toBeGreaterThan(0)
  expect(result.missing).toBeGreaterThan(0)
  expect(shapes.length + result.missing).toBeGreaterThanOrEqual(within(scan(text), 'userTask').length)
})
