# Remembers what a picture was made from, so that a test can say when it is stale. Dot-source it.

# Writes the files that decide what a picture shows, with one hash of them all, into made-from.json beside it.
function Save-PictureSource {
    param(
        [string] $Folder,
        [string] $Picture,
        [string[]] $Source
    )

    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $file = Join-Path $Folder 'made-from.json'
    $known = (Test-Path -LiteralPath $file) ? (Get-Content -LiteralPath $file -Raw | ConvertFrom-Json -AsHashtable) : @{}
    $sorted = [System.Linq.Enumerable]::ToArray([System.Linq.Enumerable]::Order($Source, [System.StringComparer]::Ordinal))
    $text = -join $sorted.ForEach({ "$_`n$([System.IO.File]::ReadAllText("$root/$_"))" })
    $hash = [System.Security.Cryptography.SHA256]::HashData([System.Text.Encoding]::UTF8.GetBytes($text.Replace("`r", '')))
    $known[$Picture] = [ordered]@{ sha256 = [System.Convert]::ToHexStringLower($hash); sources = $sorted }
    $ordered = [ordered]@{}
    foreach ($name in $known.Keys | Sort-Object) { $ordered[$name] = $known[$name] }
    Set-Content -LiteralPath $file -Value ($ordered | ConvertTo-Json -Depth 4)
}
