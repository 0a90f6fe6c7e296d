/** What is said to designers, in Chinese. Each part of the designer has a block of its own. */
export const zh = {
  // The place and its frame
  noRight: '设计归流程设计员。',
  'noRight.hint': '要看请找信息员开通。',
  empty: '还没有流程',
  'empty.hint': '新建一个，或用 liandong deploy 部署。',
}
