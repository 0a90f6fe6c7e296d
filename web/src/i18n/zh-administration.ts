/** What is said to administrators, in Chinese. */
export const zh = {
  noRight: '管理归各管理员。',
  'noRight.hint': '系统、安全、审计三种管理员各管各的，谁也不办业务。',
  'chapter.running': '运行',
  health: '健康',
  'health.about': '数据库、日历、定时和通知现在是否正常。',
  'health.database': '数据库',
  'health.database.ok': '应答正常',
  'health.calendar': '日历',
  'health.calendar.ok': '已公布到 {year} 年',
  'health.calendar.invented': '用的是虚构的年份，只供演示',
  'health.calendar.provisional': '只公布到 {year} 年，之后的期限是暂定的。请导入新一年的日历。',
} as const
