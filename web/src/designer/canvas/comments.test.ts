/** Comments survive what the drawing makes of a file. */
import { expect, test } from 'vitest'
import { withComments } from './comments'

const BEFORE = `<?xml version="1.0"?>
<!-- 牵头医院 2026 -->
<definitions id="d">
  <process id="p">
    <!-- 先分级 -->
    <task id="a"><extensionElements>
      <!-- 卫健委〔2026〕3 号 -->
      <outcome value="agree" />
    </extensionElements></task>
    <task id="gone"><!-- 旧规则 --></task>
    <script><![CDATA[<!-- kein Kommentar -->]]></script>
    <!-- 完 -->
  </process>
</definitions>
<!-- 尾 -->`

test('each comes back to where it stood, or to what is left around it', () => {
  const drawn = BEFORE.replace(/<!--(?! kein)[^]*?-->/g, '').replace(/\n\s*<task id="gone"><\/task>/, '').replace('<task id="a">', '<task id="new" /><task id="a">')
  const text = withComments(BEFORE, drawn)
  expect(text.match(/<!--/g)).toHaveLength(7)
  expect(text).toMatch(/<!-- 牵头医院 2026 -->\s*<definitions/)
  expect(text).toMatch(/<!-- 先分级 -->\s*<task id="a">/)
  expect(text).toMatch(/<!-- 卫健委〔2026〕3 号 -->\s*<outcome/)
  expect(text).toMatch(/<!-- 旧规则 -->[^]*<\/process>/)
  expect(text).toMatch(/<!-- 完 -->\s*<\/process>/)
  expect(text).toMatch(/<\/definitions>\s*<!-- 尾 -->/)
  expect(withComments(text, text)).toBe(text)
})
