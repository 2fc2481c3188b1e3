#requires -Version 7.6
<#
.SYNOPSIS
Compiles the help pages in docs/en-US to the MAML file that Get-Help reads.
.DESCRIPTION
Needs the module Microsoft.PowerShell.PlatyPS 1.x. The result is committed, so that a machine without PlatyPS ships help too.
A hash in it tells a unit test whether the pages are still the same; with PlatyPS, a Pester test compares the two.
.PARAMETER Path
The file to write.
#>
[CmdletBinding()]
param(
    [string] $Path = "$PSScriptRoot/../../module/en-US/PbxEvents.Module.dll-Help.xml"
)

$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0 -MaximumVersion 1.99

$maml = 'http://schemas.microsoft.com/maml/2004/10'
$dev = 'http://schemas.microsoft.com/maml/dev/2004/10'

# PlatyPS leaves the code of an example among its remarks, fences included; Get-Help has a place for it.
function Move-Code {
    param([System.Xml.XmlElement] $Example)

    $introduction = $Example['introduction', $maml]
    foreach ($paragraph in @($introduction.ChildNodes)) {
        $null = $introduction.RemoveChild($paragraph)
        if ($paragraph.InnerText -match '(?s)^```powershell\n(.*)\n```$') {
            $Example['code', $dev].InnerText = $Matches[1]
        }
        elseif ($paragraph.InnerText.Trim([char]0x80)) {
            $null = $Example['remarks', $dev].AppendChild($paragraph)
        }
    }
    $null = $Example.RemoveChild($introduction)
}

$folder = Join-Path ([System.IO.Path]::GetTempPath()) "PbxEvents-help-$([guid]::NewGuid().ToString('N'))"
try {
    $pages = (Get-ChildItem -Path "$PSScriptRoot/../../docs/en-US" -Filter *-*.md).FullName | Sort-Object
    $help = $pages | ForEach-Object { Import-MarkdownCommandHelp -LiteralPath $_ }
    $document = [System.Xml.XmlDocument]::new()
    $document.Load(($help | Export-MamlCommandHelp -OutputFolder $folder).FullName)
    foreach ($example in @($document.GetElementsByTagName('command:example'))) {
        Move-Code $example
    }
    # The links lead from page to page in the repository; as addresses of help they would be invalid.
    foreach ($uri in @($document.GetElementsByTagName('maml:uri'))) {
        $uri.InnerText = ''
    }
    $sorted = [System.Linq.Enumerable]::Order([string[]]$pages, [System.StringComparer]::Ordinal)
    $text = -join $sorted.ForEach({ "$([System.IO.Path]::GetFileName($_))`n$([System.IO.File]::ReadAllText($_))" })
    $hash = [System.Security.Cryptography.SHA256]::HashData([System.Text.Encoding]::UTF8.GetBytes($text.Replace("`r", '')))
    $mark = $document.CreateComment(" Compiled from docs/en-US, SHA-256 $([System.Convert]::ToHexStringLower($hash)) ")
    $null = $document.InsertBefore($mark, $document.DocumentElement)
    $settings = [System.Xml.XmlWriterSettings]@{
        Indent       = $true
        NewLineChars = "`n"
        Encoding     = [System.Text.UTF8Encoding]::new($false)
    }
    $null = New-Item -ItemType Directory -Path (Split-Path $Path) -Force
    $writer = [System.Xml.XmlWriter]::Create($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path), $settings)
    try {
        $document.Save($writer)
    }
    finally {
        $writer.Dispose()
    }
    "$($help.Count) pages"
}
finally {
    Remove-Item -LiteralPath $folder -Recurse -ErrorAction Ignore
}
