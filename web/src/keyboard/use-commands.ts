/** Commands that live as long as a component is on the page. */
import { useEffect, useRef } from 'preact/hooks'
import { addCommands, type Command } from './keys'

export function useCommands(commands: Command[]): void {
  const latest = useRef(commands)
  latest.current = commands
  const names = commands.map(({ keys }) => keys).join('|')
  useEffect(
    () =>
      addCommands(
        latest.current.map((command) => {
          const newest = () => latest.current.find(({ keys }) => keys === command.keys)
          return {
            ...command,
            act: () => newest()?.act(),
            get words() {
              return newest()?.words
            },
          }
        }),
      ),
    [names],
  )
}
