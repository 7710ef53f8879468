/** On a light background also where the reader prefers a dark one: the picture is drawn for it. */
export const STYLE = `
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#f6f8fb;color:#16212e;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
header,main{max-width:1160px;margin:0 auto;padding:0 24px}
header{padding-top:32px}
h1{font-size:28px;line-height:1.2;margin:0 0 12px}
h2{font-size:20px;margin:40px 0 12px}
p{margin:8px 0}
a{color:#0b5cad}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.soft{color:#52606d;font-size:14px}
.verdict{display:inline-block;margin:0;padding:6px 16px;border-radius:20px;font-weight:600;font-size:18px}
.verdict.pass{background:#e3f5e9;color:#0f5a2b}
.verdict.fail{background:#fdecec;color:#a31515}
figure{margin:0 0 16px;padding:0;background:#fff;border:1px solid #d8dee6;border-radius:10px;overflow-x:auto}
figure svg{display:block;width:100%;min-width:760px;height:auto;border-radius:10px}
table{width:100%;border-collapse:collapse;background:#fff;border:1px solid #d8dee6;border-radius:8px;margin:8px 0 16px;font-size:15px}
th,td{text-align:left;vertical-align:top;padding:8px 12px;border-top:1px solid #e6ebf1}
td{overflow-wrap:anywhere}
thead th{border-top:0;color:#52606d;font-weight:600;font-size:14px}
.facts th{width:160px;font-weight:600}
.number{text-align:right;width:90px}
.overview td:nth-child(2){width:170px}
.overview th:last-child{text-align:right}
details{background:#fff;border:1px solid #d8dee6;border-radius:8px;margin:8px 0;padding:0 16px}
details[open]{padding-bottom:8px}
summary{cursor:pointer;padding:10px 0}
summary code{color:#52606d;margin-left:6px}
.chip{display:inline-block;min-width:64px;text-align:center;padding:1px 10px;border-radius:12px;font-size:13px;font-weight:600;white-space:nowrap}
.chip.pass{background:#e3f5e9;color:#0f5a2b}
.chip.fail{background:#c81e1e;color:#fff}
.chip.accepted{background:#fdf0d5;color:#7a4b00}
.chip.unknown{background:#e8eefc;color:#23408e}
.chip.not-applicable{background:#eef1f5;color:#52606d}
main{padding-bottom:64px}
@media(max-width:640px){
header,main{padding-left:12px;padding-right:12px}
th,td{padding:6px 8px}
.facts th{width:104px}
.overview td:nth-child(2){width:136px}
.number{width:64px}
details{padding:0 10px}
.chip{min-width:0}
}
@media print{body{background:#fff}details{break-inside:avoid}}
`;
