using System.Management.Automation.Language;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Listener;

/// <summary>
/// What a listener file says: items in sections, each with where it stands, and all that is wrong with it. It is read as data: nothing in it is
/// run, but what a reaction's <c>Action</c> holds, and that only by the reaction. Immutable.
/// </summary>
internal sealed class ListenerFile
{
    private readonly List<ListenerItem> _items = [];
    private readonly List<ListenerProblem> _problems = [];

    private ListenerFile(string path) => Path = path;

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <summary>The items, in the order in which they are to be done: by section, then as they stand in the file.</summary>
    public IReadOnlyList<ListenerItem> Items { get; private set; } = [];

    /// <summary>What is wrong, from the top of the file down.</summary>
    public IReadOnlyList<ListenerProblem> Problems { get; private set; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its full path.</param>
    public static ListenerFile Read(string path)
    {
        var file = new ListenerFile(path);
        var script = Parser.ParseFile(path, out _, out var errors);
        if (errors.Length > 0)
            file._problems.AddRange(errors.Select(e => new ListenerProblem(e.Extent.StartLineNumber, "", e.Message)));
        else if (Single(script) is { } root)
            file.ReadSections(root);
        else
            file.Add(script, "", SR.ListenerNoHashtable);
        file.Items = [.. ListenerSection.All.SelectMany(s => file._items.Where(i => i.Section == s))];
        file.Problems = [.. file._problems.OrderBy(p => p.Line)];
        return file;
    }

    private static HashtableAst? Single(ScriptBlockAst script) =>
        script is { BeginBlock: null, ProcessBlock: null, ParamBlock: null, EndBlock.Statements: [PipelineAst pipeline] } ? pipeline.GetPureExpression() as HashtableAst : null;

    private void ReadSections(HashtableAst root)
    {
        foreach (var (key, value) in Pairs(root, ""))
        {
            var name = key.Name;
            if (ListenerSection.Find(name) is not { } section)
            {
                Add(key.Ast, name, SR.ListenerNoSection.With(name, string.Join(", ", ListenerSection.All.Select(s => s.Name))));
                continue;
            }
            var parts = Parts(value);
            if (parts is null || (section.IsSingle && parts is not [HashtableAst]))
            {
                Add(value, name, (section.IsSingle ? SR.ListenerOneTable : SR.ListenerTables).With(name));
                continue;
            }
            for (var i = 0; i < parts.Count; i++)
            {
                var place = section.IsSingle ? name : $"{name}[{i}]";
                if (parts[i] is HashtableAst table)
                    ReadItem(section, place, table);
                else
                    Add(parts[i], place, SR.ListenerTables.With(name));
            }
        }
    }

    /// <summary>The expressions of a list, or of the one that stands there alone; null when it is no list of values.</summary>
    private static IReadOnlyList<ExpressionAst>? Parts(StatementAst statement) => Expression(statement) switch
    {
        ArrayLiteralAst array => array.Elements,
        ArrayExpressionAst { SubExpression.Statements: var lines } => lines.Select(Parts).ToArray() is var parts && Array.TrueForAll(parts, p => p is not null)
            ? [.. parts.SelectMany(p => p ?? [])]
            : null,
        { } single => [single],
        null => null,
    };

    private static ExpressionAst? Expression(StatementAst statement) => (statement as PipelineAst)?.GetPureExpression();

    private void ReadItem(ListenerSection section, string place, HashtableAst table)
    {
        var values = new Dictionary<string, ListenerValue>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, statement) in Pairs(table, place))
        {
            var at = $"{place}.{key.Name}";
            if (TryRead(statement, out var value))
                values[key.Name] = new ListenerValue(key.Name, value, key.Ast.Extent.StartLineNumber);
            else
                Add(statement, at, SR.ListenerNoValue);
        }
        _items.Add(new ListenerItem(section, place, table.Extent.StartLineNumber, values));
    }

    private static bool TryRead(StatementAst statement, out object? value)
    {
        value = null;
        if (Expression(statement) is not { } expression)
            return false;
        try
        {
            value = expression is ScriptBlockExpressionAst code ? code.ScriptBlock.GetScriptBlock() : expression.SafeGetValue();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The keys and values of a table. A key that is no plain word is a problem; PowerShell's parser finds double ones.</summary>
    private IEnumerable<((string Name, Ast Ast) Key, StatementAst Value)> Pairs(HashtableAst table, string place)
    {
        foreach (var (key, value) in table.KeyValuePairs)
        {
            if (key is StringConstantExpressionAst word)
                yield return ((word.Value, key), value);
            else
                Add(key, place, SR.ListenerNoKey);
        }
    }

    private void Add(Ast at, string key, string text) => _problems.Add(new ListenerProblem(at.Extent.StartLineNumber, key, text));
}
