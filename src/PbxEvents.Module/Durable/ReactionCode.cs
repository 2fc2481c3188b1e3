using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;

namespace PbxEvents.Module.Durable;

/// <summary>
/// A script block as text, with the variables that it takes along by <c>$using:</c>, or the path of a script: what can run in another runspace.
/// Immutable.
/// </summary>
internal sealed class ReactionCode
{
    private const string Scope = "using:";

    private ReactionCode(string text, string? file, Dictionary<string, object?> values) => (Text, File, Values) = (text, file, values);

    /// <summary>The block's text, on the lines on which it stands in its file; of a script its path.</summary>
    public string Text { get; }

    /// <summary>The script to run; null for a block.</summary>
    public string? File { get; }

    /// <summary>The variables that it finds in its runspace.</summary>
    public Dictionary<string, object?> Values { get; }

    /// <summary>Takes a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="variables">Where it stands.</param>
    /// <exception cref="PSNotSupportedException">It uses more than variables.</exception>
    public static ReactionCode Of(ScriptBlock block, SessionState variables)
    {
        var values = new Dictionary<string, object?>();
        var extent = block.Ast.Extent;
        var text = new StringBuilder(extent.Text);
        foreach (UsingExpressionAst expression in block.Ast.FindAll(a => a is UsingExpressionAst, searchNestedScriptBlocks: true))
        {
            if (expression.SubExpression is not VariableExpressionAst { VariablePath: { IsVariable: true } path })
                throw new PSNotSupportedException(expression.Extent.Text);

            // PowerShell knows $using: in remote and thread jobs only. As a variable of that name it is of the same length: columns stay.
            values[$"using_{path.UserPath}"] = variables.PSVariable.GetValue(path.UserPath);
            text.Replace(Scope, "using_", expression.Extent.StartOffset - extent.StartOffset, Scope.Length + "${".Length);
        }
        if (block.Ast.Parent is ScriptBlockExpressionAst)
            text.Remove(text.Length - 1, 1).Remove(0, 1).Insert(0, " ");

        // So that an error names the line on which it stands.
        return new ReactionCode(new string('\n', Math.Max(0, extent.StartLineNumber - 1)) + text, null, values);
    }

    /// <summary>Takes a script.</summary>
    public static ReactionCode Of(string path) => new(path, path, []);
}
