/** What the rules need to know of a TypeScript or JavaScript file, read from its syntax tree. */
import { posix } from 'node:path';
import ts from 'typescript';
import type { ProjectFile, Violation } from './project-files.js';
import { bannedModules, bannedNames, type Layer, layers, packageUsers } from './rules.js';

export interface Import {
  specifier: string;
  line: number;
}

export function parse(file: ProjectFile): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true);
}

function visit(node: ts.Node, action: (node: ts.Node) => void): void {
  action(node);
  ts.forEachChild(node, (child) => visit(child, action));
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** Static, re-exporting and dynamic imports with a literal specifier, types included. */
export function importsOf(source: ts.SourceFile): Import[] {
  const imports: Import[] = [];
  visit(source, (node) => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      imports.push({ specifier: specifier.text, line: lineOf(source, node) });
    }
  });
  return imports;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return node.argument.literal;
  }
  const isImportCall =
    ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isImportCall ? node.arguments[0] : undefined;
}

/** Uses of the real time and of chance, called or merely passed on. */
export function bannedUses(file: ProjectFile): Violation[] {
  const source = parse(file);
  const violations: Violation[] = [];
  const add = (node: ts.Node, name: string, instead: string | undefined) => {
    const message = `${name} is banned here: ${instead}`;
    violations.push({ path: file.path, line: lineOf(source, node), message });
  };
  visit(source, (node) => {
    const name = nameUsed(node);
    if (name !== undefined && bannedNames.has(name)) add(node, name, bannedNames.get(name));
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      const instead = bannedModules.get(specifier.text);
      if (instead !== undefined) add(node, specifier.text, instead);
    }
  });
  return violations;
}

/** `Date.now`, `new Date()`, or a plain name that is a value rather than a member's or a key's. */
function nameUsed(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node)) {
    const isCurrentDate = node.expression.getText() === 'Date' && !node.arguments?.length;
    return isCurrentDate ? 'new Date()' : undefined;
  }
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText().replace(/^globalThis\./, '');
    return bannedNames.has(text) ? text : lastNameOfCrypto(node);
  }
  if (!ts.isIdentifier(node)) return undefined;
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  const isKey =
    (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) && parent.name === node;
  const isDeclared = ts.isPropertySignature(parent) || ts.isMethodSignature(parent);
  return isMember || isKey || isDeclared ? undefined : node.text;
}

function lastNameOfCrypto(node: ts.PropertyAccessExpression): string | undefined {
  return node.expression.getText() === 'crypto' ? node.name.text : undefined;
}

/** Imports against the direction of dependencies, and packages outside their adapters. */
export function wrongImports(file: ProjectFile): Violation[] {
  const layer = layers.find(({ prefix }) => file.path.startsWith(prefix));
  if (layer === undefined) return [];
  return importsOf(parse(file)).flatMap(({ specifier, line }) => {
    const message = specifier.startsWith('.')
      ? wrongLayer(file.path, layer, specifier)
      : wrongPackage(file.path, specifier);
    return message === undefined ? [] : [{ path: file.path, line, message }];
  });
}

function wrongLayer(path: string, layer: Layer, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  const allowed = [layer.prefix, ...layer.mayImport];
  if (allowed.some((prefix) => target.startsWith(prefix))) return undefined;
  return `imports ${target}; ${layer.prefix} may import only ${allowed.join(', ')}`;
}

function wrongPackage(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  const [scope = '', name = ''] = specifier.split('/');
  const packageName = scope.startsWith('@') ? `${scope}/${name}` : scope;
  const users = packageUsers.get(packageName);
  if (users === undefined) {
    return `imports ${packageName}, which has no entry in packageUsers (test/support/tidy/rules.ts)`;
  }
  if (users.some((pattern) => matches(path, pattern))) return undefined;
  return `imports ${packageName}; only ${users.join(', ')} may, so put it behind a port`;
}

function matches(path: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(path);
}

/** `it.only`, and `it.skip` or `it.todo` without a comment on the line above that says why. */
export function haltedTests(file: ProjectFile): Violation[] {
  const source = parse(file);
  const lines = file.text.split('\n');
  const violations: Violation[] = [];
  visit(source, (node) => {
    if (!ts.isPropertyAccessExpression(node)) return;
    if (!/^(it|test|describe|suite)\b/.test(node.expression.getText())) return;
    const line = lineOf(source, node);
    const add = (message: string) => violations.push({ path: file.path, line, message });
    const name = node.name.text;
    if (name === 'only') add('.only leaves the other tests out: remove it');
    const hasReason = lines[line - 2]?.trim().startsWith('//') === true;
    if (['skip', 'todo', 'fails'].includes(name) && !hasReason) {
      add(`.${name} without a reason: say why in a comment on the line above, or remove it`);
    }
  });
  return violations;
}
