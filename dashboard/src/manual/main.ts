import { showTheme } from '../preferences.ts';
import '../styles/tokens.css';
import '../styles/page.css';
import '../styles/table.css';
import './manual.css';

// The page of a document, which build.ts renders. Without this script it is readable, in the theme of the system.
showTheme();
