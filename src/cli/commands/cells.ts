import type { Command } from 'commander';
import { group, local, type Runs } from '../declare.ts';

/** Declares the commands about cells and the tenants in them. */
export function addCellCommands(program: Command, runs: Runs): void {
  const cells = () => import('../local/cells.ts');
  const cell = group(program, 'cell', ['cells'], 'manage the cells of the control database');
  local(cell, 'add', {
    description: 'register the database of the settings as a cell; it must be empty unless it is the first',
    examples: ['cell add a --endpoint https://a.example.org'],
  })
    .argument('<name>', 'the new name')
    .requiredOption('--endpoint <address>', 'address of its servers: https://…')
    .option(
      '--ids <number>',
      'number of ids of its tasks; default: 134217728, room for 15 cells. all for those of other cells too: then no tenant can be moved into or out of it',
    )
    .action(runs(async () => (await cells()).addCell));
  local(cell, 'list', { description: 'list all cells', examples: ['cell list'] }).action(
    runs(async () => (await cells()).listAllCells),
  );
  local(cell, 'remove', { description: 'remove a cell that has no tenants', examples: ['cell remove b'] })
    .argument('<cell>')
    .action(runs(async () => (await cells()).removeCell));
  const tenant = group(program, 'tenant', ['tenants'], 'manage the cells of tenants');
  local(tenant, 'list', {
    description: 'list the tenants that are placed, and their moves',
    examples: ['tenant list'],
  }).action(runs(async () => (await cells()).listTenants));
  local(tenant, 'show', { description: 'show the cell of a tenant', examples: ['tenant show Cust12345'] })
    .argument('<tenant>')
    .action(runs(async () => (await cells()).showTenant));
  local(tenant, 'place', {
    description: 'place a tenant that has no data yet',
    examples: ['tenant place Cust12345 --cell b'],
  })
    .argument('<tenant>')
    .requiredOption('--cell <cell>', 'the cell')
    .action(runs(async () => (await cells()).placeTenant));
  local(tenant, 'move', {
    description: 'move a tenant to another cell while it works; if it is interrupted, run it again',
    examples: ['tenant move Cust12345 --to b', 'tenant move Cust12345 --cancel'],
  })
    .argument('<tenant>')
    .option('--to <cell>', 'the new cell')
    .option(
      '--drain-seconds <number>',
      'seconds until runs in progress are interrupted, to continue in the new cell',
      '60',
    )
    .option('--cancel', 'take back a move that has not switched yet')
    .action(runs(async () => (await import('../local/tenant-move.ts')).moveTenantCommand));
}
